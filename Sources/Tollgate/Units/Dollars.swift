/// An amount of US dollars, exact to the pico-dollar (1e-12 USD), written `0.05 USD`.
struct Dollars: Sendable, Hashable {
  var picodollars: Int64

  /// Digits after the point that an amount can have.
  static let fractionDigitsMax = 12

  init(picodollars: Int64) { self.picodollars = picodollars }

  /// Reads a decimal number followed by `USD`; never negative, at most 12 digits after the point.
  ///
  /// - Throws: ``MalformedText`` for anything else, a number without currency included.
  init(parsing text: String) throws(MalformedText) {
    let malformed = MalformedText("\"\(text)\" is not an amount of money; write it with its currency, such as 0.05 USD")
    let fields = text.split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count == 2, fields[1] == "USD" else { throw malformed }
    let parts = fields[0].split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }) else {
      throw malformed
    }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    guard fraction.utf8.count <= Self.fractionDigitsMax else {
      throw MalformedText("\"\(text)\" has more than 12 digits after the point")
    }
    let padded = fraction + String(repeating: "0", count: Self.fractionDigitsMax - fraction.utf8.count)
    guard let amount = Int64(String(parts[0]) + padded) else { throw MalformedText("\"\(text)\" is too large") }
    picodollars = amount
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Dollars: CustomStringConvertible {
  /// The exact amount without trailing zeros, then the currency.
  var description: String { "\(DollarText.exact(picodollars: Int128(picodollars))) USD" }
}
