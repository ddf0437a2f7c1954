/// A price or a factor without any rounding: a fraction in lowest terms. Never negative.
struct ExactFraction: Sendable, Hashable {
  var numerator: Int64
  /// Positive.
  var denominator: Int64

  static let zero = ExactFraction(whole: 0)
  static let one = ExactFraction(whole: 1)

  init(whole: Int64) {
    numerator = whole
    denominator = 1
  }

  /// The fraction in lowest terms; nil where it does not fit. The arguments are not negative, the denominator not zero.
  init?(_ numerator: Int128, over denominator: Int128) {
    guard numerator >= 0, denominator > 0 else { return nil }
    let divisor = greatestCommonDivisor(numerator, denominator)
    guard let top = Int64(exactly: numerator / divisor), let bottom = Int64(exactly: denominator / divisor) else {
      return nil
    }
    self.numerator = top
    self.denominator = bottom
  }

  /// Reads a price as files write it: a decimal (`0.0625`) or a fraction of whole numbers (`1/12`). Nil for anything
  /// else, for signs, exponents and for numbers of more than eighteen digits.
  init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if parts.count == 2 {
      guard let top = Self.whole(parts[0]), let bottom = Self.whole(parts[1]), bottom > 0 else { return nil }
      self.init(Int128(top), over: Int128(bottom))
      return
    }
    let sides = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard 1...2 ~= sides.count, let whole = Self.whole(sides[0]) else { return nil }
    guard sides.count == 2 else {
      self.init(whole: whole)
      return
    }
    guard let fraction = Self.whole(sides[1]) else { return nil }
    var scale: Int128 = 1
    for _ in sides[1] { scale *= 10 }
    self.init(Int128(whole) * scale + Int128(fraction), over: scale)
  }

  /// The product; nil where it does not fit.
  func multiplied(by other: ExactFraction) -> ExactFraction? {
    ExactFraction(
      Int128(numerator) * Int128(other.numerator), over: Int128(denominator) * Int128(other.denominator))
  }

  private static func whole(_ digits: Substring.UTF8View) -> Int64? {
    guard 1...18 ~= digits.count else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard byte &- UInt8(ascii: "0") < 10 else { return nil }
      value = value * 10 + Int64(byte &- UInt8(ascii: "0"))
    }
    return value
  }
}

extension ExactFraction: CustomStringConvertible {
  /// A decimal where there is an exact one, else a fraction: what ``init(_:)`` reads.
  var description: String {
    var bottom = denominator
    var decimals = 0
    var scaled = Int128(numerator)
    while bottom > 1, decimals < 18 {
      let divisor = greatestCommonDivisor(10, Int128(bottom))
      guard divisor > 1 else { break }
      bottom /= Int64(divisor)
      scaled *= 10 / divisor
      decimals += 1
    }
    guard bottom == 1 else { return "\(numerator)/\(denominator)" }
    guard decimals > 0 else { return String(numerator) }
    var digits = String(scaled)
    if digits.count <= decimals { digits = String(repeating: "0", count: decimals - digits.count + 1) + digits }
    let point = digits.index(digits.endIndex, offsetBy: -decimals)
    return "\(digits[..<point]).\(digits[point...])"
  }
}

/// The greatest number that divides both. Neither is negative, and not both are zero.
func greatestCommonDivisor(_ first: Int128, _ second: Int128) -> Int128 {
  var (larger, smaller) = (first, second)
  while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
  return larger
}
