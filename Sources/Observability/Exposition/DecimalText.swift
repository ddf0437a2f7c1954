/// Integers in a small unit, written as decimal numbers in a larger one, to the last digit.
public enum DecimalText {
  /// `value` × 10^-`fractionDigits`, exactly, without trailing zeros: 1,234,567 with 12 digits is `0.000001234567`.
  public static func text(_ value: Int128, fractionDigits: Int) -> String {
    let (whole, fraction) = split(value, fractionDigits: fractionDigits)
    return fraction.isEmpty ? whole : "\(whole).\(fraction)"
  }

  /// The same with at least one digit after the point, as OpenMetrics writes the label `le`.
  static func float(_ value: Int64, fractionDigits: Int) -> String {
    let (whole, fraction) = split(Int128(value), fractionDigits: fractionDigits)
    return fraction.isEmpty ? "\(whole).0" : "\(whole).\(fraction)"
  }

  private static func split(_ value: Int128, fractionDigits: Int) -> (whole: String, fraction: Substring) {
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, fractionDigits + 1 - digits.count)) + digits
    let point = padded.index(padded.endIndex, offsetBy: -fractionDigits)
    var fraction = padded[point...]
    while fraction.last == "0" { fraction.removeLast() }
    return ((value < 0 ? "-" : "") + padded[..<point], fraction)
  }
}
