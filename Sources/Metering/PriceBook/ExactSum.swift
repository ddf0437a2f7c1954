/// The sum of a call's lines in pico-dollars, kept exact until the one division at its end.
struct ExactSum {
  /// Whether the sum is larger than any amount that can be stored: it then counts as the largest.
  private(set) var isSaturated = false
  private var numerator: Int128 = 0
  private var denominator: Int128 = 1
  private var isInexact = false

  /// Adds a count at a rate in pico-dollars a unit, of which the given number of counts make one.
  mutating func add(_ count: Int64, at rate: ExactFraction, countsPerUnit: Int64 = 1) {
    let line = Int128(count) * Int128(rate.numerator)
    if rate.denominator == 1, denominator == 1, countsPerUnit == 1 { return add(line) }
    add(line, over: Int128(rate.denominator) * Int128(countsPerUnit))
  }

  /// Multiplies what has been added so far.
  mutating func multiply(by factor: ExactFraction) {
    let top = Int128(factor.numerator)
    let bottom = Int128(factor.denominator)
    let topDivisor = greatestCommonDivisor(top, denominator)
    let bottomDivisor = greatestCommonDivisor(max(1, numerator), bottom)
    let upper = (numerator / (numerator == 0 ? 1 : bottomDivisor)).multipliedReportingOverflow(by: top / topDivisor)
    let lower = (denominator / topDivisor).multipliedReportingOverflow(by: numerator == 0 ? 1 : bottom / bottomDivisor)
    guard !upper.overflow, !lower.overflow else {
      // More than any amount that can be stored, or so intricate that only a rounded sum can be multiplied.
      guard denominator > 1 else { return isSaturated = true }
      numerator = Self.dividedHalfToEven(numerator, by: denominator).quotient
      denominator = 1
      isInexact = true
      return multiply(by: factor)
    }
    numerator = upper.partialValue
    denominator = lower.partialValue
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
