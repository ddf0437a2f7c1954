/// A decimal number of money as exports write it, in pico-dollars. Integer arithmetic only.
struct DecimalAmount: Equatable {
  var picodollars: Int128
  /// Whether digits beyond the pico-dollar were rounded away, half to even (exports print sums of binary floats).
  var isRounded: Bool

  /// Digits of the pico-dollars: 10^18 USD, of which a hundred million lines can be added up.
  private static let digitsMax = 30

  /// Reads `12`, `-0.0625`, `1.25e-05`.
  ///
  /// - Parameter unitExponent: the power of ten of a dollar that one unit is: 0 for dollars, -2 for cents.
  init?(_ text: some StringProtocol, unitExponent: Int = 0) {
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let mantissa = rest.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
    var exponent = unitExponent + 12
    if mantissa.endIndex < rest.endIndex {
      guard let written = Int(String(decoding: rest[mantissa.endIndex...].dropFirst(), as: UTF8.self)),
        (-60...30).contains(written)
      else { return nil }
      exponent += written
    }
    let parts = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !(whole.isEmpty && parts.count == 1) else { return nil }
    let fraction = parts.count == 2 ? Array(parts[1]) : []
    guard !(Array(whole) + fraction).isEmpty else { return nil }
    var digits: [UInt8] = []
    for byte in Array(whole) + fraction {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      digits.append(byte &- UInt8(ascii: "0"))
    }
    guard let value = Self.scaled(digits, by: exponent - fraction.count) else { return nil }
    picodollars = isNegative ? -value.amount : value.amount
    isRounded = value.isRounded
  }

  /// Whole digits times a power of ten, rounded half to even; nil where that is out of range.
  private static func scaled(_ digits: [UInt8], by exponent: Int) -> (amount: Int128, isRounded: Bool)? {
    let significant = Array(digits.drop { $0 == 0 })
    let kept = exponent >= 0 ? significant : significant.dropLast(min(-exponent, significant.count))
    let dropped = significant.dropFirst(kept.count)
    guard kept.count + max(0, exponent) <= digitsMax else { return nil }
    var amount: Int128 = 0
    for digit in kept { amount = amount * 10 + Int128(digit) }
    for _ in 0..<max(0, exponent) { amount *= 10 }
    // Where more places are dropped than there are digits, zeros stand before them.
    let first = dropped.count < -exponent ? 0 : dropped.first ?? 0
    let isRounded = dropped.contains { $0 != 0 }
    let isMoreThanHalf = first > 5 || (first == 5 && dropped.dropFirst().contains { $0 != 0 })
    if isMoreThanHalf || (first == 5 && amount % 2 == 1) { amount += 1 }
    return (amount, isRounded)
  }
}
