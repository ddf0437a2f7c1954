import Escalation
import Observability
import Upstream

/// OpenTelemetry's environment variables, as far as they say where traces are sent
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and .../protocol/exporter/): what clusters
/// set for every process. The section `traces` goes before all of them, but for the service's name and attributes, which add to it.
///
/// A collector that they name may be at a private address, and spoken to without TLS: that is where they usually point.
struct TraceEnvironment {
  private let variables: [String: String]
  private(set) var problems: [ConfigurationProblem] = []

  init(_ variables: [String: String]) { self.variables = variables }

  /// What is exported, where ``TracesSection`` says nothing of it; nil where the variables do not, either.
  mutating func complete(_ configured: TraceExport?) -> TraceExport? {
    guard var export = configured ?? named() else { return nil }
    if let text = value("OTEL_RESOURCE_ATTRIBUTES") {
      for (name, value) in pairs(of: text, "OTEL_RESOURCE_ATTRIBUTES") where export.resource.attributes[name] == nil {
        export.resource.attributes[name] = value
      }
    }
    let isNamed = export.resource.serviceName != TraceResource(version: "").serviceName
    let attributed = export.resource.attributes.removeValue(forKey: AttributeKey.serviceName.rawValue)
    if !isNamed, let name = value("OTEL_SERVICE_NAME") ?? attributed { export.resource.serviceName = name }
    return export
  }

  private mutating func named() -> TraceExport? {
    guard value("OTEL_SDK_DISABLED")?.lowercased() != "true", value("OTEL_TRACES_EXPORTER") != "none",
      let (variable, url) = endpointURL
    else { return nil }
    guard
      ["http/protobuf", nil].contains(
        value("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? value("OTEL_EXPORTER_OTLP_PROTOCOL"))
    else {
      report(
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "Tollgate speaks OTLP by http/protobuf only; set it to that for Tollgate, with the collector's port for HTTP (4318), or "
          + "say where traces go under traces:, or OTEL_TRACES_EXPORTER=none for no traces")
      return nil
    }
    do throws(MalformedText) {
      var export = TraceExport(endpoint: try TracesSection.endpoint(url), allowsPrivateAddress: true)
      export.endpoint.origin.caFile =
        value("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE") ?? value("OTEL_EXPORTER_OTLP_CERTIFICATE")
      export.headers = headers()
      if let sampling = sampling() { export.sampling = sampling }
      return problems.isEmpty ? export : nil
    } catch {
      report(variable, error.message)
      return nil
    }
  }

  /// The endpoint of traces is used as it is; that of all signals gets the path of traces.
  private var endpointURL: (variable: String, url: String)? {
    if let url = value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") { return ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url) }
    return value("OTEL_EXPORTER_OTLP_ENDPOINT").map { url in
      ("OTEL_EXPORTER_OTLP_ENDPOINT", url + (url.hasSuffix("/") ? "" : "/") + "v1/traces")
    }
  }

  private mutating func headers() -> [TraceExport.Header] {
    for variable in ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"] {
      guard let text = value(variable) else { continue }
      var headers: [TraceExport.Header] = []
      for (name, value) in pairs(of: text, variable) {
        do throws(MalformedText) {
          if let problem = HeaderText.problem(name: name) { throw MalformedText("\(name): \(problem)") }
          headers.append(TraceExport.Header(name: name, value: Secret(try HeaderText.value(value))))
        } catch {
          report(variable, error.message)
        }
      }
      return headers
    }
    return []
  }

  /// The caller's own decision goes first in Tollgate, whatever the sampler: see ``TraceSampling``.
  private mutating func sampling() -> TraceSampling? {
    switch value("OTEL_TRACES_SAMPLER") {
    case "always_off", "parentbased_always_off": return TraceSampling(share: 0)
    case "traceidratio", "parentbased_traceidratio":
      guard let text = value("OTEL_TRACES_SAMPLER_ARG") else { return nil }
      do throws(MalformedText) {
        return try TracesSection.sampling(text)
      } catch {
        report("OTEL_TRACES_SAMPLER_ARG", error.message)
        return nil
      }
    default: return nil
    }
  }

  /// A list as `baggage` writes it: `name=value` between commas, values percent-encoded.
  private mutating func pairs(of list: String, _ variable: String) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for member in list.split(separator: ",") {
      let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let name = Self.trimmed(parts[0]), let value = Self.decoded(Self.trimmed(parts[1]) ?? "")
      else {
        report(variable, "not a list of name=value between commas, with values percent-encoded")
        return pairs
      }
      pairs.append((name, value))
    }
    return pairs
  }

  private static func trimmed(_ text: Substring) -> String? {
    let kept = text.drop { $0 == " " || $0 == "\t" }
    var end = kept.endIndex
    while end > kept.startIndex, [" ", "\t"].contains(kept[kept.index(before: end)]) { end = kept.index(before: end) }
    return kept.startIndex < end ? String(kept[..<end]) : nil
  }

  private static func decoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The value of a variable; one that is empty is as if it were not set, as OpenTelemetry wants it.
  private func value(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  private mutating func report(_ variable: String, _ message: String) {
    problems.append(ConfigurationProblem(origin: "environment", location: nil, path: variable, message: message))
  }
}
