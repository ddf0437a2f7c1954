import Observability

/// Writes pico-dollars as decimal US dollars. Integer arithmetic only: no amount ever passes through a Double.
enum DollarText {
  /// Digits after the point that show every pico-dollar.
  static let fractionDigitsMax = 12

  /// The exact amount in dollars, without trailing zeros: `0.0525`, `12`.
  static func exact(picodollars: Int128) -> String {
    DecimalText.text(picodollars, fractionDigits: fractionDigitsMax)
  }

  /// The amount in dollars with a given number of digits after the point (0...12), rounded half to even.
  static func fixed(picodollars: Int128, fractionDigits: Int) -> String {
    let digits = min(max(0, fractionDigits), fractionDigitsMax)
    let unit = powerOfTen(fractionDigitsMax - digits)
    let (quotient, remainder) = picodollars.magnitude.quotientAndRemainder(dividingBy: unit)
    let isUp = remainder * 2 > unit || (remainder * 2 == unit && quotient % 2 == 1)
    let rounded = quotient + (isUp ? 1 : 0)
    let sign = picodollars < 0 && rounded > 0 ? "-" : ""
    let (whole, fraction) = rounded.quotientAndRemainder(dividingBy: powerOfTen(digits))
    guard digits > 0 else { return "\(sign)\(whole)" }
    let fractionText = String(fraction)
    return "\(sign)\(whole).\(String(repeating: "0", count: digits - fractionText.utf8.count))\(fractionText)"
  }

  /// The least number of digits after the point, 2...12, that shows `significant` significant digits of every amount that
  /// is not zero.
  static func fractionDigits(showing significant: Int, of amounts: [Int128]) -> Int {
    amounts.filter { $0 != 0 }.map { amount in
      // A dollar has 13 digits in pico-dollars, so the first significant digit stands at this place before the point.
      let place = String(amount.magnitude).utf8.count - fractionDigitsMax
      return min(max(2, significant - place), fractionDigitsMax)
    }.max() ?? 2
  }

  private static func powerOfTen(_ exponent: Int) -> UInt128 {
    (0..<max(0, exponent)).reduce(UInt128(1)) { power, _ in power * 10 }
  }
}
