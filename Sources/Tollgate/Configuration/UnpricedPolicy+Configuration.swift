import Metering

/// `unpriced`: what happens to a call whose model the price book does not know.
extension UnpricedPolicy {
  static let key = "unpriced"

  /// Reads `allow`, `deny`, `charge_as MODEL` or the mapping `{charge_as: MODEL}`.
  static func read(_ section: MappingReader, _ context: inout ReadingContext) -> UnpricedPolicy? {
    guard let value = section[key] else { return nil }
    if !value.isMapping { return value.parsed(&context, by: Self.init(parsing:)) }
    let mapping = MappingReader(value, keys: ["charge_as"], context: &context)
    return mapping["charge_as"]?.parsed(&context, by: Self.substitute)
  }

  private init(parsing text: String) throws(MalformedText) {
    let prefix = "charge_as "
    switch text {
    case "allow": self = .allow
    case "deny": self = .deny
    case _ where text.hasPrefix(prefix): self = try Self.substitute(String(text.dropFirst(prefix.count)))
    default: throw MalformedText("\"\(text)\" is not one of allow, deny, charge_as MODEL")
    }
  }

  private static func substitute(_ model: String) throws(MalformedText) -> UnpricedPolicy {
    let name = model.drop { $0 == " " }
    guard !name.isEmpty, !name.contains(" ") else {
      throw MalformedText("charge_as is followed by the name of a model")
    }
    return .chargeAs(model: String(name))
  }

  func write(to text: inout CanonicalText) {
    switch self {
    case .allow: text.entry(Self.key, "allow")
    case .deny: text.entry(Self.key, "deny")
    case .chargeAs(let model): text.entry(Self.key, "charge_as \(model)")
    }
  }
}
