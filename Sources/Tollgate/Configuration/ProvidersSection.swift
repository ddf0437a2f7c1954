import Dialects
import Gateway
import Glibc
import Metering
import Upstream

/// `providers` and `default_provider`: where calls go.
struct ProvidersSection: Sendable, Equatable {
  /// By name, as the file has them; providers that Tollgate knows work without an entry.
  var providers: [String: ProviderConfiguration] = [:]
  /// Takes what neither a prefix nor the path's shape decides; nil answers 404.
  var defaultProvider: String?

  static let keys = ["providers", "default_provider"]

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    if let value = file["providers"] {
      for (key, entry) in MappingReader.entries(of: value, context: &context) {
        do throws(MalformedText) {
          try providers[ProviderName.validated(key.name)] = ProviderConfiguration(entry, &context)
        } catch {
          context.report(error.message, at: entry.path, location: key.location)
        }
      }
    }
    defaultProvider = file["default_provider"]?.parsed(&context, by: ProviderName.validated)
  }

  func write(to text: inout CanonicalText) {
    text.section("providers") { section in
      for (name, provider) in providers.sorted(by: { $0.key < $1.key }) {
        section.section(name) { provider.write(to: &$0) }
      }
    }
    if let defaultProvider { text.entry("default_provider", defaultProvider) }
  }
}

/// What is configured of one provider.
struct ProviderConfiguration: Sendable, Equatable {
  /// Nil for a provider whose address Tollgate knows.
  var origin: UpstreamOrigin?
  /// The Azure resource that the address is named by.
  var resource: String?
  /// The region that the address is named by, and that signatures are made for.
  var region: String?
  /// What calls are signed with; nil where the agent's own credentials pass.
  var aws: AWSConfiguration?
  /// Its own key, put in for virtual ones; nil where the agent's own passes.
  var key: ProviderKeyConfiguration?
  /// Nil lets the path's shape decide.
  var dialect: Dialect?
  /// Nil tells it from the kind of login.
  var billing: Billing?
  /// What is done where a client asks for a stream and leaves out that it is to end with its usage.
  var streamUsage = ProviderRoute.StreamUsage.leave
  /// A file of CA certificates (PEM) for this provider; nil for the system's.
  var caFile: String?
  /// The price file, or a provider that has one, whose prices count; nil tells it from the host and the name.
  var prices: String?
  /// Negotiated rates.
  var discounts: [PriceDiscount] = []
  /// Nil is what the whole configuration says.
  var unpriced: UnpricedPolicy?

  init(origin: UpstreamOrigin? = nil) { self.origin = origin }

  init(_ value: ConfigurationValue, _ context: inout ReadingContext) {
    let section = MappingReader(
      value,
      keys: [
        "base_url", "resource", "region", "aws", "dialect", "billing", "stream_usage", "tls", "prices",
        PriceDiscount.key, UnpricedPolicy.key,
      ] + ProviderKeyConfiguration.keys, context: &context)
    origin = section["base_url"]?.parsed(&context, by: UpstreamOrigin.init(baseURL:))
    resource = section["resource"]?.parsed(&context, by: Self.place)
    region = section["region"]?.parsed(&context, by: Self.place)
    aws = section["aws"].flatMap { AWSConfiguration($0, &context) }
    dialect = section["dialect"]?.choice(&context, of: Dialect.self)
    billing = section["billing"]?.choice(&context, of: Billing.self)
    section.readChoice("stream_usage", into: &streamUsage, &context)
    if let value = section["tls"] {
      caFile = MappingReader(value, keys: ["ca"], context: &context)["ca"]?.parsed(&context, by: Self.readableFile)
    }
    prices = section["prices"]?.parsed(&context, by: ProviderName.validated)
    discounts = PriceDiscount.read(section, &context)
    unpriced = UnpricedPolicy.read(section, &context)
    key = ProviderKeyConfiguration(section, &context)
  }

  /// A name that can be part of a host's.
  private static func place(_ text: String) throws(MalformedText) -> String {
    guard PlacedProvider.vertex.origin(at: text) != nil else {
      throw MalformedText("\"\(text)\" cannot be part of a host's name: take letters, digits and '-'")
    }
    return text
  }

  func write(to text: inout CanonicalText) {
    if let origin { text.entry("base_url", origin.baseURL) }
    if let resource { text.entry("resource", resource) }
    if let region { text.entry("region", region) }
    if let aws { text.section("aws") { aws.write(to: &$0) } }
    key?.write(to: &text)
    if let dialect { text.entry("dialect", dialect.rawValue) }
    if let billing { text.entry("billing", billing.rawValue) }
    text.entry("stream_usage", streamUsage.rawValue)
    if let prices { text.entry("prices", prices) }
    if !discounts.isEmpty { text.entry(PriceDiscount.key, discounts.map(\.canonicalText)) }
    unpriced?.write(to: &text)
    if let caFile { text.section("tls") { $0.entry("ca", caFile) } }
  }

  static func readableFile(_ text: String) throws(MalformedText) -> String {
    guard !text.isEmpty, !text.utf8.contains(0), access(text, R_OK) == 0 else {
      throw MalformedText("the file \(text.debugDescription) cannot be read; name one with certificates in PEM form")
    }
    return text
  }
}
