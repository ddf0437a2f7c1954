/// The sum of a call's lines in pico-dollars, kept exact until the one division at its end.
struct ExactSum {
  /// Whether the sum is larger than any amount that can be stored: it then counts as the largest.
  private(set) var isSaturated = false
  private var numerator: Int128 = 0
  private var denominator: Int128 = 1
  private var isInexact = false

  /// Adds a quantity at a rate in pico-dollars a unit.
  mutating func add(_ quantity: Int64, at rate: ExactFraction) {
    let line = Int128(quantity) * Int128(rate.numerator)
    if rate.denominator == 1, denominator == 1 { return add(line) }
    add(line, over: Int128(rate.denominator))
  }

  /// Adds another sum.
  mutating func add(_ other: ExactSum) {
    isSaturated = isSaturated || other.isSaturated
    isInexact = isInexact || other.isInexact
    add(other.numerator, over: other.denominator)
  }

  mutating func saturate() { isSaturated = true }

  /// The sum in pico-dollars, rounded half to even.
  var rounded: (picodollars: Int64, isRounded: Bool) {
    guard !isSaturated else { return (.max, true) }
    let (quotient, isExact) = Self.dividedHalfToEven(numerator, by: denominator)
    guard let picodollars = Int64(exactly: quotient) else { return (.max, true) }
    return (picodollars, !isExact || isInexact)
  }

  /// Whether the sum, rounded, is more than can be stored.
  var overflows: Bool { isSaturated || numerator / denominator >= Int128(Int64.max) }

  private mutating func add(_ line: Int128) {
    let (sum, overflow) = numerator.addingReportingOverflow(line)
    if overflow { isSaturated = true } else { numerator = sum }
  }

  private mutating func add(_ top: Int128, over bottom: Int128) {
    let divisor = greatestCommonDivisor(denominator, bottom)
    let (common, commonOverflow) = denominator.multipliedReportingOverflow(by: bottom / divisor)
    let (mine, mineOverflow) = numerator.multipliedReportingOverflow(by: bottom / divisor)
    let (theirs, theirsOverflow) = top.multipliedReportingOverflow(by: denominator / divisor)
    guard !commonOverflow, !mineOverflow, !theirsOverflow else { return addRounded(top, over: bottom) }
    numerator = mine
    denominator = common
    add(theirs)
  }

  /// For denominators that have no common multiple of 127 bits, which no real price has: the line is rounded by itself,
  /// and the sum says so.
  private mutating func addRounded(_ top: Int128, over bottom: Int128) {
    isInexact = true
    let whole = Self.dividedHalfToEven(top, by: bottom).quotient
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: denominator)
    if overflow { isSaturated = true } else { add(scaled) }
  }

  static func dividedHalfToEven(_ top: Int128, by bottom: Int128) -> (quotient: Int128, isExact: Bool) {
    let (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
    let distanceUp = bottom - remainder
    let goesUp = remainder > distanceUp || (remainder == distanceUp && quotient % 2 != 0)
    return (goesUp ? quotient + 1 : quotient, remainder == 0)
  }
}
