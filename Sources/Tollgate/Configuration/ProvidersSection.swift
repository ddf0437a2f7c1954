import Dialects
import Gateway
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
  /// Nil lets the path's shape decide.
  var dialect: Dialect?
  /// Nil tells it from the kind of login.
  var billing: Billing?
  /// What is done where a client asks for a stream and leaves out that it is to end with its usage.
  var streamUsage = ProviderRoute.StreamUsage.leave

  init(origin: UpstreamOrigin? = nil) { self.origin = origin }

  init(_ value: ConfigurationValue, _ context: inout ReadingContext) {
    let section = MappingReader(
      value, keys: ["base_url", "resource", "region", "aws", "dialect", "billing", "stream_usage", "key"],
      context: &context)
    origin = section["base_url"]?.parsed(&context, by: UpstreamOrigin.init(baseURL:))
    resource = section["resource"]?.parsed(&context, by: Self.place)
    region = section["region"]?.parsed(&context, by: Self.place)
    aws = section["aws"].flatMap { AWSConfiguration($0, &context) }
    dialect = section["dialect"]?.choice(&context, of: Dialect.self)
    billing = section["billing"]?.choice(&context, of: Billing.self)
    section.readChoice("stream_usage", into: &streamUsage, &context)
    section["key"]?.report(
      "this version does not put keys in, it passes the agent's own through; remove this key and leave it with the agent",
      to: &context)
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
    if let dialect { text.entry("dialect", dialect.rawValue) }
    if let billing { text.entry("billing", billing.rawValue) }
    text.entry("stream_usage", streamUsage.rawValue)
  }
}
