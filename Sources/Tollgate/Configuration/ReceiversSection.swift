import Escalation
import Gateway
import Ledger
import Observability
import Upstream

/// `receivers`: where alerts are sent.
struct ReceiversSection: Sendable, Equatable {
  /// By name, sorted.
  var receivers: [Receiver] = []

  static let key = "receivers"
  /// More are a mistake.
  private static let receiversMax = 100

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    for (key, entry) in MappingReader.entries(of: value, context: &context) {
      guard Self.isName(key.name) else {
        context.report(
          "a receiver's name has 1 to 64 letters, digits, '-', '_' or '.'", at: entry.path, location: key.location)
        continue
      }
      if let receiver = Self.receiver(key.name, entry, &context) { receivers.append(receiver) }
    }
    receivers.sort { $0.name < $1.name }
    if receivers.count > Self.receiversMax { value.report("more than \(Self.receiversMax) receivers", to: &context) }
  }

  /// Secrets are left out, and a URL's path, which often is one: what is written names receivers, and does not make them.
  func write(to text: inout CanonicalText) {
    text.section(Self.key) { section in
      for receiver in receivers {
        section.section(receiver.name) { entry in
          entry.entry("type", receiver.format.rawValue)
          entry.entry("url", receiver.endpoint.shown + "/***")
          switch receiver.kind {
          case .webhook(let secrets): entry.entry("secret", secrets.map { _ in "***" })
          case .slack: break
          case .pagerDuty: entry.entry("routing_key", "***")
          }
          entry.entry("allow_private", String(receiver.allowsPrivateAddress))
          if let caFile = receiver.endpoint.origin.caFile { entry.section("tls") { $0.entry("ca", caFile) } }
        }
      }
    }
  }

  // MARK: One receiver

  private enum Kind: String, CaseIterable {
    case webhook, slack, pagerduty

    var keys: [String] {
      switch self {
      case .webhook: ["type", "url", "secret", "allow_private", "tls"]
      case .slack: ["type", "url", "allow_private", "tls"]
      case .pagerduty: ["type", "url", "routing_key", "allow_private", "tls"]
      }
    }
  }

  private static let allKeys = ["type", "url", "secret", "routing_key", "allow_private", "tls"]

  private static func receiver(
    _ name: String, _ value: ConfigurationValue, _ context: inout ReadingContext
  ) -> Receiver? {
    let section = MappingReader(value, keys: allKeys, context: &context)
    guard let type = section["type"] else {
      value.report("type is missing: webhook, slack or pagerduty", to: &context)
      return nil
    }
    guard let kind = type.choice(&context, of: Kind.self) else { return nil }
    for key in allKeys where !kind.keys.contains(key) {
      section[key]?.report("a receiver of type \(kind.rawValue) has no \(key); remove it", to: &context)
    }
    let allowsPrivate = section["allow_private"]?.parsed(&context, by: flag) ?? false
    guard let endpoint = endpoint(kind, section, value, allowsPrivate: allowsPrivate, &context),
      let spoken = self.kind(kind, section, value, &context)
    else { return nil }
    return Receiver(name: name, kind: spoken, endpoint: endpoint, allowsPrivateAddress: allowsPrivate)
  }

  private static func endpoint(
    _ kind: Kind, _ section: MappingReader, _ value: ConfigurationValue, allowsPrivate: Bool,
    _ context: inout ReadingContext
  ) -> ReceiverEndpoint? {
    var endpoint: ReceiverEndpoint
    if let url = section["url"] {
      guard let parsed = url.parsed(&context, by: ReceiverEndpoint.init(url:)) else { return nil }
      guard parsed.origin.scheme == .https || allowsPrivate else {
        url.report(
          "http sends alerts unencrypted; write https, or allow_private: true within a private network", to: &context)
        return nil
      }
      guard allowsPrivate || AddressRule.publicOnly.canAllow(host: parsed.origin.host) else {
        url.report(
          "\(parsed.origin.host) is not a public address, and nothing is sent there; write allow_private: true if that is meant",
          to: &context)
        return nil
      }
      endpoint = parsed
    } else if kind == .pagerduty {
      endpoint = .pagerDuty
    } else {
      value.report("url is missing: where the \(kind.rawValue) is", to: &context)
      return nil
    }
    if let tls = section["tls"] {
      endpoint.origin.caFile =
        MappingReader(tls, keys: ["ca"], context: &context)["ca"]?.parsed(
          &context, by: ProviderConfiguration.readableFile)
    }
    return endpoint
  }

  private static func kind(
    _ kind: Kind, _ section: MappingReader, _ value: ConfigurationValue, _ context: inout ReadingContext
  ) -> Receiver.Kind? {
    switch kind {
    case .slack: return .slack
    case .pagerduty:
      guard let key = section["routing_key"] else {
        value.report("routing_key is missing: the integration key of the PagerDuty service", to: &context)
        return nil
      }
      return key.parsed(&context, by: routingKey).map { .pagerDuty(routingKey: $0) }
    case .webhook:
      guard let secret = section["secret"] else {
        value.report(
          "secret is missing: what receivers tell real messages by; make one: "
            + "echo whsec_$(head -c 32 /dev/urandom | base64 -w 0)", to: &context)
        return nil
      }
      let values = secret.isList ? secret.list(&context) : [secret]
      let secrets = values.compactMap { $0.parsed(&context, by: webhookSecret) }
      guard !secrets.isEmpty, secrets.count == values.count else {
        if values.isEmpty { secret.report("give at least one secret", to: &context) }
        return nil
      }
      guard secrets.count <= secretsMax else {
        secret.report("at most \(secretsMax) secrets: the new one, and those that it replaces", to: &context)
        return nil
      }
      return .webhook(secrets: secrets)
    }
  }

  private static let secretsMax = 4

  private static func webhookSecret(_ text: String) throws(MalformedText) -> WebhookSecret {
    do throws(WebhookSecret.Malformed) {
      return try WebhookSecret(Secret(text))
    } catch {
      throw MalformedText(error.description)
    }
  }

  private static func routingKey(_ text: String) throws(MalformedText) -> Secret {
    guard text.utf8.count == 32, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x7a).contains($0) })
    else {
      throw MalformedText("an integration key of PagerDuty's Events v2 has 32 letters and digits")
    }
    return Secret(text)
  }

  static func flag(_ text: String) throws(MalformedText) -> Bool {
    switch text {
    case "true": return true
    case "false": return false
    default: throw MalformedText("\"\(text)\" is neither true nor false")
    }
  }

  private static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
          || "-_.".utf8.contains(byte)
      }
  }
}

extension ReceiverEndpoint {
  /// Reads a URL with its path and query. What is wrong is said without repeating it: all of it may be a secret.
  init(url text: String) throws(MalformedText) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let base = String(parts.first ?? "")
    var origin = try UpstreamOrigin(baseURL: base)
    let path = origin.basePath
    origin.basePath = ""
    var target = path.isEmpty ? "/" : path + (base.hasSuffix("/") ? "/" : "")
    if parts.count == 2 { target += "?" + parts[1] }
    guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
      throw MalformedText("a URL's path and query have no blanks, no '#' and nothing beyond ASCII: percent-encode them")
    }
    self.init(origin: origin, target: Secret(target))
  }
}
