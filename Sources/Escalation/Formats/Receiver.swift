public import Ledger
public import Observability
public import Upstream

/// Where alerts are sent, with the secrets that takes.
public struct Receiver: Sendable, Equatable {
  /// How it is spoken to.
  public enum Kind: Sendable, Equatable {
    /// Signed with each of the secrets: more than one while they are exchanged. At least one.
    case webhook(secrets: [WebhookSecret])
    case slack
    case pagerDuty(routingKey: Secret)
  }

  public var name: String
  public var kind: Kind
  public var endpoint: ReceiverEndpoint
  /// Whether its address may be private, loopback or link-local.
  public var allowsPrivateAddress: Bool

  public init(name: String, kind: Kind, endpoint: ReceiverEndpoint, allowsPrivateAddress: Bool = false) {
    self.name = name
    self.kind = kind
    self.endpoint = endpoint
    self.allowsPrivateAddress = allowsPrivateAddress
  }

  /// How its messages are written.
  public var format: MessageFormat {
    switch kind {
    case .webhook: .webhook
    case .slack: .slack
    case .pagerDuty: .pagerDuty
    }
  }
}

/// The URL of a receiver. Its path is often all that protects it, and is not shown.
public struct ReceiverEndpoint: Sendable, Equatable {
  public var origin: UpstreamOrigin
  /// Path and query, beginning with `/`.
  public var target: Secret

  public init(origin: UpstreamOrigin, target: Secret) {
    self.origin = origin
    self.target = target
  }

  /// PagerDuty's Events API v2, in the United States' service region.
  public static let pagerDuty = ReceiverEndpoint(
    origin: UpstreamOrigin(scheme: .https, host: "events.pagerduty.com", port: 443, basePath: ""),
    target: Secret("/v2/enqueue"))

  /// Scheme, host and port, for people.
  public var shown: String {
    let isUsual = origin.port == (origin.scheme == .https ? 443 : 80)
    let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
    return "\(origin.scheme.rawValue)://\(host)" + (isUsual ? "" : ":\(origin.port)")
  }
}
