/// The meters of `meters.json`: what a price can be for, and for how many units one price is.
struct PriceMeters: Sendable {
  /// The place of a meter in the list.
  typealias ID = Int

  private(set) var all: [PriceMeter] = []
  private var ids: [String: ID] = [:]
  /// For each cell the meters that price it, the longest name first.
  private(set) var chains: [[ID]] = []

  init(_ meters: [PriceMeter]) {
    for meter in meters {
      ids[meter.name] = all.count
      all.append(meter)
    }
    chains = UsageCell.allCases.map { cell in Self.prefixes(of: cell.meter.description).compactMap { ids[$0] } }
  }

  subscript(id: ID) -> PriceMeter { all[id] }

  func id(of name: String) -> ID? { ids[name] }

  /// The meter that a price falls back to: the longest dotted prefix of the name that counts the same units.
  func parent(of id: ID) -> ID? {
    Self.prefixes(of: all[id].name).dropFirst().compactMap { ids[$0] }.first { all[$0].unit == all[id].unit }
  }

  /// `in.write.1h` gives `in.write.1h`, `in.write`, `in`.
  private static func prefixes(of name: String) -> [String] {
    let parts = name.split(separator: ".")
    return (1...max(1, parts.count)).reversed().map { parts.prefix($0).joined(separator: ".") }
  }
}

/// One meter.
struct PriceMeter: Sendable, Equatable {
  /// As files name it: `in.cached`.
  var name: String
  /// How many units one price is for.
  var unitsPerPrice: Int64
  /// What is counted: `tokens`, `calls`, `seconds`.
  var unit: String

  var isTokens: Bool { unit == "tokens" }

  /// A price in USD for ``unitsPerPrice`` units as pico-dollars for one; nil where that does not fit.
  func picodollarsPerUnit(_ price: ExactFraction) -> ExactFraction? {
    let (numerator, overflow) = Int128(price.numerator).multipliedReportingOverflow(by: 1_000_000_000_000)
    guard !overflow else { return nil }
    return ExactFraction(numerator, over: Int128(price.denominator) * Int128(unitsPerPrice))
  }

  /// The reverse of ``picodollarsPerUnit(_:)``: what the book would say.
  func price(_ picodollarsPerUnit: ExactFraction) -> ExactFraction? {
    ExactFraction(
      Int128(picodollarsPerUnit.numerator) * Int128(unitsPerPrice),
      over: Int128(picodollarsPerUnit.denominator) * 1_000_000_000_000)
  }
}
