public import Dialects
public import Metering
public import Upstream

/// A provider that calls can be sent to.
public struct ProviderRoute: Sendable, Hashable {
  /// What to do with streams that do not ask for their usage.
  public enum StreamUsage: String, Sendable, CaseIterable {
    /// Add `stream_options.include_usage` to the request, and take the extra chunk out of the reply.
    case ask
    /// Change nothing: the usage is counted instead.
    case leave
  }

  /// The first segment of the paths that lead here, and the label `provider`.
  public var name: String
  public var origin: UpstreamOrigin
  /// How requests and replies are read; nil where the path tells.
  public var dialect: Dialect?
  /// Who pays, where the operator says so; nil where the kind of login tells.
  public var billing: Billing?
  public var streamUsage: StreamUsage
  /// What is put in place of a virtual key; nil where nothing is.
  public var key: ProviderKey?
  /// What signs the calls in place of the client; nil where the client's own credentials pass.
  public var signer: AWSSigner?
  /// Whose prices count for its calls.
  public var terms: PriceTerms

  public init(
    name: String, origin: UpstreamOrigin, dialect: Dialect? = nil, billing: Billing? = nil,
    streamUsage: StreamUsage = .leave, key: ProviderKey? = nil, signer: AWSSigner? = nil, terms: PriceTerms? = nil
  ) {
    self.name = name
    self.origin = origin
    self.dialect = dialect
    self.billing = billing
    self.streamUsage = streamUsage
    self.key = key
    self.signer = signer
    self.terms = terms ?? PriceTerms(provider: name, host: origin.host)
  }
}
