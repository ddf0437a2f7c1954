/// `unmetered`: what happens to a call that no dialect understands.
enum UnmeteredPolicy: Sendable, Equatable {
  /// It is forwarded, counted, and has no cost.
  case allow
  /// It is refused.
  case deny
  /// It is forwarded and charged this much.
  case charge(Dollars)

  static let key = "unmetered"

  /// Reads `allow`, `deny`, `charge 0.05 USD` or the mapping `{charge: 0.05 USD}`.
  static func read(_ file: MappingReader, _ context: inout ReadingContext) -> UnmeteredPolicy? {
    guard let value = file[key] else { return nil }
    if !value.isMapping { return value.parsed(&context, by: Self.init(parsing:)) }
    let section = MappingReader(value, keys: ["charge"], context: &context)
    return section["charge"]?.parsed(&context, by: Dollars.init(parsing:)).map(Self.charge)
  }

  private init(parsing text: String) throws(MalformedText) {
    switch text {
    case "allow": self = .allow
    case "deny": self = .deny
    case _ where text.hasPrefix("charge "): self = .charge(try Dollars(parsing: String(text.dropFirst(7))))
    default: throw MalformedText("\"\(text)\" is not one of allow, deny, charge 0.05 USD")
    }
  }

  func write(to text: inout CanonicalText) {
    switch self {
    case .allow: text.entry(Self.key, "allow")
    case .deny: text.entry(Self.key, "deny")
    case .charge(let amount): text.entry(Self.key, "charge \(amount)")
    }
  }
}
