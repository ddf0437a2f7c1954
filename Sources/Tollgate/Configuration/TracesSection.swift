import Escalation
import Observability
import Upstream

/// `traces`: where spans are sent. Without it, OpenTelemetry's own environment variables say so, see ``TraceEnvironment``; without
/// either, there are no traces.
struct TracesSection: Sendable, Equatable {
  var export: TraceExport?
  /// What is wrong with the environment's variables. They are set for other processes, too, so that Tollgate starts without traces then.
  var environmentProblems: [ConfigurationProblem] = []

  static let key = "traces"
  private static let headersMax = 32
  private static let attributesMax = 64

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    // An empty mapping is what `check-config` writes where there are none.
    guard let value = file[Self.key], !MappingReader.entries(of: value, context: &context).isEmpty else { return }
    let section = MappingReader(
      value, keys: ["endpoint", "headers", "allow_private", "sample", "service", "attributes", "tls"],
      context: &context)
    guard let url = section["endpoint"] else {
      value.report(
        "endpoint is missing: where the collector is, such as https://collector.example:4318/v1/traces", to: &context)
      return
    }
    guard var endpoint = url.parsed(&context, by: Self.endpoint) else { return }
    let allowsPrivate = section["allow_private"]?.parsed(&context, by: ReceiversSection.flag) ?? false
    if endpoint.origin.scheme == .http, !allowsPrivate {
      url.report(
        "http sends traces unencrypted; write https, or allow_private: true within a private network", to: &context)
    }
    if let tls = section["tls"] {
      endpoint.origin.caFile =
        MappingReader(tls, keys: ["ca"], context: &context)["ca"]?.parsed(
          &context, by: ProviderConfiguration.readableFile)
    }
    var export = TraceExport(endpoint: endpoint, allowsPrivateAddress: allowsPrivate)
    export.headers = Self.headers(section["headers"], &context)
    section.read("sample", into: &export.sampling, &context, by: Self.sampling)
    section.read("service", into: &export.resource.serviceName, &context, by: Self.name)
    if let attributes = section["attributes"] {
      export.resource.attributes = Self.attributes(attributes, &context)
    }
    self.export = export
  }

  /// Headers' values are left out, and the URL's path: what is written names a collector, and does not reach it.
  func write(to text: inout CanonicalText) {
    text.section(Self.key) { section in
      guard let export else { return }
      section.entry("endpoint", export.endpoint.shown + "/***")
      section.section("headers") { for header in export.headers { $0.entry(header.name, "***") } }
      section.entry("allow_private", String(export.allowsPrivateAddress))
      section.entry(
        "sample", DecimalText.text(Int128(export.sampling.share), fractionDigits: Self.sampleDigits))
      section.entry("service", export.resource.serviceName)
      section.section("attributes") {
        for (name, value) in export.resource.attributes.sorted(by: { $0.key < $1.key }) { $0.entry(name, value) }
      }
      if let caFile = export.endpoint.origin.caFile { section.section("tls") { $0.entry("ca", caFile) } }
    }
  }

  // MARK: Values

  /// Of a share, since it is counted in parts of a million.
  private static let sampleDigits = 6

  /// The URL is used as it is: OTLP's path is part of it.
  static func endpoint(_ text: String) throws(MalformedText) -> ReceiverEndpoint {
    let endpoint = try ReceiverEndpoint(url: text)
    guard endpoint.target.exposed != "/" else {
      throw MalformedText("the URL has no path; collectors take OTLP over HTTP at /v1/traces")
    }
    return endpoint
  }

  /// A number from 0 to 1, of up to six digits after its point.
  static func sampling(_ text: String) throws(MalformedText) -> TraceSampling {
    let malformed = MalformedText(
      "\"\(text)\" is not a number from 0 to 1 of at most \(sampleDigits) decimals, such as 0.1")
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, first == "0" || first == "1" else { throw malformed }
    let fraction = parts.count == 2 ? parts[1] : "0"
    guard (1...sampleDigits).contains(fraction.utf8.count), fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let parts = Int(fraction + String(repeating: "0", count: sampleDigits - fraction.utf8.count)),
      first == "0" || parts == 0
    else { throw malformed }
    return TraceSampling(share: first == "1" ? TraceSampling.whole : parts)
  }

  static func name(_ text: String) throws(MalformedText) -> String {
    guard (1...128).contains(text.utf8.count), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
    else { throw MalformedText("a service's name has 1 to 128 bytes, and no control characters") }
    return text
  }

  private static func headers(_ value: ConfigurationValue?, _ context: inout ReadingContext) -> [TraceExport.Header] {
    guard let value else { return [] }
    var headers: [TraceExport.Header] = []
    for (key, entry) in MappingReader.entries(of: value, context: &context) {
      guard let problem = HeaderText.problem(name: key.name) else {
        if let text = entry.parsed(&context, by: HeaderText.value) {
          headers.append(TraceExport.Header(name: key.name, value: Secret(text)))
        }
        continue
      }
      context.report(problem, at: entry.path, location: key.location)
    }
    if headers.count > headersMax { value.report("more than \(headersMax) headers", to: &context) }
    return headers
  }

  private static func attributes(_ value: ConfigurationValue, _ context: inout ReadingContext) -> [String: String] {
    var attributes: [String: String] = [:]
    for (key, entry) in MappingReader.entries(of: value, context: &context) {
      guard (1...128).contains(key.name.utf8.count) else {
        context.report("an attribute's name has 1 to 128 bytes", at: entry.path, location: key.location)
        continue
      }
      attributes[key.name] = entry.text(&context)
    }
    if attributes.count > attributesMax { value.report("more than \(attributesMax) attributes", to: &context) }
    return attributes
  }
}

/// Header fields that are sent to a collector.
enum HeaderText {
  /// Fields that are the transport's, or written already.
  private static let taken: Set<String> = [
    "connection", "content-encoding", "content-length", "content-type", "expect", "host", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent",
  ]

  /// What is wrong with a name; nil where nothing is.
  static func problem(name: String) -> String? {
    guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy(isTokenByte) else {
      return "not a header's name: letters, digits and '-', as in x-api-key"
    }
    return taken.contains(name.lowercased()) ? "Tollgate sets this header itself; remove it" : nil
  }

  /// - Throws: ``MalformedText``, which does not repeat the value: it may be a secret.
  static func value(_ text: String) throws(MalformedText) -> String {
    guard text.utf8.count <= 8_192, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == 0x09 }) else {
      throw MalformedText("a header's value has at most 8192 printable characters of ASCII")
    }
    return text
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
