internal import Observability

/// Amounts of money as decimal numbers of USD.
public enum MoneyText {
  /// The amount exactly, to the pico-dollar, without trailing zeros.
  public static func usd(_ picodollars: Int128) -> String {
    DecimalText.text(picodollars, fractionDigits: MoneyCounter.fractionDigits)
  }

  /// Reads a decimal number of USD, with or without a sign, with at most 12 digits after the point and 15 before it; nil for
  /// anything else.
  public static func picodollars(_ text: some StringProtocol) -> Int128? {
    var digits = text.utf8[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, 1...wholeDigitsMax ~= whole.count else { return nil }
    let fraction = parts.count == 2 ? parts[1] : digits[digits.endIndex...]
    guard parts.count == 1 || 1...MoneyCounter.fractionDigits ~= fraction.count else { return nil }
    var amount: Int128 = 0
    for byte in Array(whole) + Array(fraction) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      amount = amount * 10 + Int128(byte - UInt8(ascii: "0"))
    }
    for _ in fraction.count..<MoneyCounter.fractionDigits { amount *= 10 }
    return isNegative ? -amount : amount
  }

  private static let wholeDigitsMax = 15
}
