/// The grammar of one JSON number, byte by byte.
struct ArgumentNumber: Sendable {
  private enum Place: UInt8 {
    case start, minus, zero, digits, point, fraction, exponent, sign, power
  }

  private var place = Place.start
  private var hasFractionDigit = false
  private var hasExponent = false

  /// Whether what was read is a number.
  var isWhole: Bool { place == .zero || place == .digits || place == .fraction || place == .power }

  /// Whether the number is not whole for sure.
  var isFraction: Bool { hasFractionDigit && !hasExponent }

  /// Takes a byte; false where it does not go on with the number.
  mutating func take(_ byte: UInt8) -> Bool {
    let isDigit = byte &- UInt8(ascii: "0") < 10
    switch (place, byte) {
    case (.start, UInt8(ascii: "-")): place = .minus
    case (.start, UInt8(ascii: "0")), (.minus, UInt8(ascii: "0")): place = .zero
    case (.start, _) where isDigit, (.minus, _) where isDigit, (.digits, _) where isDigit: place = .digits
    case (.zero, UInt8(ascii: ".")), (.digits, UInt8(ascii: ".")): place = .point
    case (.point, _) where isDigit, (.fraction, _) where isDigit:
      place = .fraction
      if byte != UInt8(ascii: "0") { hasFractionDigit = true }
    case (.zero, UInt8(ascii: "e")), (.zero, UInt8(ascii: "E")), (.digits, UInt8(ascii: "e")),
      (.digits, UInt8(ascii: "E")),
      (.fraction, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "E")):
      place = .exponent
      hasExponent = true
    case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): place = .sign
    case (.exponent, _) where isDigit, (.sign, _) where isDigit, (.power, _) where isDigit: place = .power
    default: return false
    }
    return true
  }
}
