import Gateway

/// `unmetered`: what happens to a call that no dialect understands.
extension UnmeteredPolicy {
  static let key = "unmetered"

  /// Reads `allow`, `deny`, `charge 0.05 USD` or the mapping `{charge: 0.05 USD}`.
  static func read(_ file: MappingReader, _ context: inout ReadingContext) -> UnmeteredPolicy? {
    guard let value = file[key] else { return nil }
    if !value.isMapping { return value.parsed(&context, by: Self.init(parsing:)) }
    let section = MappingReader(value, keys: ["charge"], context: &context)
    let amount = section["charge"]?.parsed(&context, by: Dollars.init(parsing:))
    return amount.map { .charge(picodollars: $0.picodollars) }
  }

  private init(parsing text: String) throws(MalformedText) {
    switch text {
    case "allow": self = .allow
    case "deny": self = .deny
    case _ where text.hasPrefix("charge ") || text.hasPrefix("charge: "):
      let amount = text.drop { $0 != " " }.dropFirst()
      self = .charge(picodollars: try Dollars(parsing: String(amount)).picodollars)
    default: throw MalformedText("\"\(text)\" is not one of allow, deny, charge 0.05 USD")
    }
  }

  func write(to text: inout CanonicalText) {
    switch self {
    case .allow: text.entry(Self.key, "allow")
    case .deny: text.entry(Self.key, "deny")
    case .charge(let picodollars): text.entry(Self.key, "charge \(Dollars(picodollars: picodollars))")
    }
  }
}
