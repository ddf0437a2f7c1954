/// The meters of `meters.json`: what a price can be for, and for how many units one price is.
struct PriceMeters: Sendable {
  /// The place of a meter in the list.
  typealias ID = Int

  private(set) var all: [PriceMeter] = []
  private var ids: [String: ID] = [:]
  /// For each cell the meters that price it, the best first.
  private(set) var chains: [[ID]] = []

  init(_ meters: [PriceMeter]) {
    for meter in meters {
      ids[meter.name] = all.count
      all.append(meter)
    }
    chains = UsageCell.allCases.map { cell in
      guard let own = ids[cell.meter.description] else { return [] }
      let fallback = all[own].fallback.flatMap { ids[$0] }
      return [own] + ancestors(of: own) + (fallback.map { [$0] } ?? [])
    }
  }

  subscript(id: ID) -> PriceMeter { all[id] }

  func id(of name: String) -> ID? { ids[name] }

  /// The meter that a price falls back to: the longest dotted prefix of the name that counts the same units.
  func parent(of id: ID) -> ID? { ancestors(of: id).first }

  /// `in.write.1h` gives `in.write` and `in`; a meter of other units is no ancestor, so that `in.chars` has none.
  private func ancestors(of id: ID) -> [ID] {
    let parts = all[id].name.split(separator: ".")
    return (1..<max(1, parts.count)).reversed().compactMap { ids[parts.prefix($0).joined(separator: ".")] }
      .filter { all[$0].unit == all[id].unit }
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
  /// A meter that prices the same where this one has no price, although it is no prefix: `audio.time` for `in.audio.time`.
  var fallback: String?

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

extension UsageCell {
  /// Whether a call is charged for it. Storage of a cache is billed by the hour, whether calls are made or not.
  var isBilledByCall: Bool { self != .cacheStorage }

  /// What the cell counts in, as its meter has to.
  var unit: String? {
    if isTokens { return "tokens" }
    return countsPerUnit == 1000 ? "seconds" : nil
  }
}
