/// A decimal number exactly as it is written, to its nineteenth digit: `coefficient × 10^exponent`. No binary fraction is
/// ever made of it.
public struct JSONDecimal: Sendable, Equatable {
  /// The first nineteen digits; more of them than `Int64` and money have.
  var coefficient: UInt64
  var exponent: Int
  var isNegative: Bool

  init(coefficient: UInt64, exponent: Int, isNegative: Bool) {
    self.coefficient = coefficient
    self.exponent = exponent
    self.isNegative = isNegative
  }

  /// Reads a number by the grammar of RFC 8259; nil for anything else.
  public init?(_ text: String) {
    var number = NumberScan()
    for byte in text.utf8 {
      guard case .continues = number.append(byte) else { return nil }
    }
    guard let decimal = number.decimal else { return nil }
    self = decimal
  }

  /// Whether it is more than zero.
  public var isPositive: Bool { !isNegative && coefficient > 0 }

  /// The number if it is a count: whole, not negative, and of at most 63 bits.
  public var whole: Int64? {
    guard let scaled = parts(scaledBy: 0), scaled.rest == 0 else { return nil }
    return scaled.count
  }

  /// The number if it is whole, with its sign.
  public var integer: Int64? {
    let magnitude = JSONDecimal(coefficient: coefficient, exponent: exponent, isNegative: false).whole
    return magnitude.map { isNegative ? -$0 : $0 }
  }

  /// The number times a power of ten, rounded to the nearest whole number, halves to the even one: money in its smallest
  /// unit, or a time in milliseconds. Nil where it is negative or needs more than 63 bits.
  public func scaled(byPowerOfTen power: Int) -> Int64? {
    guard let (count, rest, half) = parts(scaledBy: power) else { return nil }
    guard rest > half || (rest == half && half > 0 && count & 1 == 1) else { return count }
    return count < .max ? count + 1 : nil
  }

  /// The whole part, what is left of it, and half of the unit that the rest is measured in.
  private func parts(scaledBy power: Int) -> (count: Int64, rest: UInt64, half: UInt64)? {
    if coefficient == 0 { return (0, 0, 0) }
    guard !isNegative else { return nil }
    let exponent = exponent &+ power
    // Nineteen digits and as many places: everything beyond is too large, or less than half.
    guard exponent <= 19 else { return nil }
    guard exponent >= -19 else { return (0, 1, .max) }
    guard let unit = Self.powerOfTen(abs(exponent)) else { return nil }
    if exponent < 0 {
      let (quotient, rest) = coefficient.quotientAndRemainder(dividingBy: unit)
      return Int64(exactly: quotient).map { ($0, rest, unit / 2) }
    }
    let (product, overflow) = coefficient.multipliedReportingOverflow(by: unit)
    return overflow ? nil : Int64(exactly: product).map { ($0, 0, 0) }
  }

  private static func powerOfTen(_ exponent: Int) -> UInt64? {
    var power: UInt64 = 1
    for _ in 0..<exponent {
      let (product, overflow) = power.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      power = product
    }
    return power
  }
}
