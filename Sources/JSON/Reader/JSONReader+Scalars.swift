extension JSONReader {
  @inline(__always)
  mutating func beginLiteral(_ literal: LiteralScan) {
    self.literal = literal
    literalMatched = 0
    phase = .literal
  }

  mutating func scanLiteral(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    while literalMatched < literal.count {
      guard offset < bytes.byteCount else { return .needsMore }
      guard bytes.byte(at: offset) == literal.byte(at: literalMatched) else { return fail() }
      literalMatched &+= 1
      offset &+= 1
    }
    return endScalar(literal == .null ? .null : .bool, at: offset, isWanted: false)
  }

  /// Passes a number of no interest, if it and the byte behind it stand in this part.
  @inline(__always)
  mutating func skipNumber(_ bytes: RawSpan, at offset: inout Int) -> Bool {
    guard let end = NumberScan.end(in: bytes, from: offset) else { return false }
    offset = end
    phase = depth == 0 ? .ended : .separator
    return true
  }

  mutating func scanNumber(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      switch number.append(byte) {
      case .continues: offset &+= 1
      case .ends: return endScalar(.number, at: offset, isWanted: false)
      case .fails: return fail()
      }
    }
    return .needsMore
  }

  /// The current value if it is a count: a number without sign, fraction and exponent that fits into 63 bits.
  public var count: Int64? { kind == .number ? number.count : nil }

  /// The current value if it is a number, or the text of one that was kept; nil for anything else.
  public var decimal: JSONDecimal? {
    switch kind {
    case .number: number.decimal
    case .string where isTextWhole: JSONDecimal(string)
    default: nil
    }
  }

  /// The current value if it is a count in any spelling: `12`, `12.0`, `1.2e1`, and as text where that was kept.
  public var wholeCount: Int64? { count ?? decimal?.whole }

  /// Whether the current value is `true`.
  public var isTrue: Bool { kind == .bool && literal == .true }
}

/// The three words of JSON.
enum LiteralScan: UInt8 {
  case null, `true`, `false`

  var count: Int { self == .false ? 5 : 4 }

  func byte(at index: Int) -> UInt8 {
    // The letters of the word, the first one lowest.
    let letters: UInt64 =
      switch self {
      case .null: 0x6C6C_756E
      case .true: 0x6575_7274
      case .false: 0x65_736C_6166
      }
    return UInt8(truncatingIfNeeded: letters >> UInt64(8 &* index))
  }
}

/// A number while its digits arrive.
struct NumberScan {
  enum Place: UInt8 {
    case start, sign, zero, integer, point, fraction, exponent, exponentSign, exponentDigits
  }

  enum Step {
    case continues, ends, fails
  }

  private var place = Place.start
  private var value: UInt64 = 0
  private var digits = 0
  /// Digits behind the point that ``value`` has, less those before it that it has not.
  private var scale = 0
  private var exponent = 0
  private var isNegative = false
  private var isExponentNegative = false

  var isWhole: Bool {
    switch place {
    case .zero, .integer, .fraction, .exponentDigits: true
    default: false
    }
  }

  /// The number as a count; nil where it has a sign, a fraction or an exponent, or needs more than 63 bits.
  var count: Int64? {
    // Nineteen digits always fit into 64 bits.
    guard place == .zero || place == .integer, !isNegative, digits <= 19 else { return nil }
    return Int64(exactly: value)
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) -> Step {
    let digit = byte &- UInt8(ascii: "0")
    guard digit < 10 else { return appendOther(byte) }
    switch place {
    case .start, .sign:
      place = digit == 0 ? .zero : .integer
      value = UInt64(digit)
      digits = digit == 0 ? 0 : 1
    case .integer: appendDigit(digit)
    case .zero: return .fails
    case .point, .fraction:
      place = .fraction
      scale &+= 1
      appendDigit(digit)
    case .exponent, .exponentSign, .exponentDigits:
      place = .exponentDigits
      exponent = min(exponent &* 10 &+ Int(digit), Self.exponentMax)
    }
    return .continues
  }

  /// Takes a digit of the coefficient. Those behind the nineteenth count for nothing but the size.
  @inline(__always)
  private mutating func appendDigit(_ digit: UInt8) {
    guard digits < 19 else {
      digits &+= 1
      scale &-= 1
      return
    }
    value = value &* 10 &+ UInt64(digit)
    // Zeros in front of the first digit are none of the coefficient's.
    if value > 0 || place == .integer { digits &+= 1 }
  }

  /// Larger exponents mean nothing that a count could.
  private static let exponentMax = 1 << 20

  /// The number as it is written, to nineteen digits; nil before it is whole.
  var decimal: JSONDecimal? {
    guard isWhole else { return nil }
    return JSONDecimal(
      coefficient: value, exponent: (isExponentNegative ? -exponent : exponent) &- scale, isNegative: isNegative)
  }

  /// Where a whole number ends that begins at `start`; nil where it is malformed or the bytes end with it.
  @inline(__always)
  static func end(in bytes: RawSpan, from start: Int) -> Int? {
    let count = bytes.byteCount
    var offset = start
    if bytes.byte(at: offset) == UInt8(ascii: "-") { offset &+= 1 }
    guard offset < count else { return nil }
    if bytes.byte(at: offset) == UInt8(ascii: "0") {
      offset &+= 1
    } else {
      guard let end = digits(in: bytes, from: offset) else { return nil }
      offset = end
    }
    guard offset < count else { return nil }
    if bytes.byte(at: offset) == UInt8(ascii: ".") {
      guard let end = digits(in: bytes, from: offset &+ 1) else { return nil }
      offset = end
    }
    guard offset < count else { return nil }
    guard bytes.byte(at: offset) | 0x20 == UInt8(ascii: "e") else { return offset }
    offset &+= 1
    guard offset < count else { return nil }
    if bytes.byte(at: offset) == UInt8(ascii: "+") || bytes.byte(at: offset) == UInt8(ascii: "-") { offset &+= 1 }
    guard let end = digits(in: bytes, from: offset), end < count else { return nil }
    return end
  }

  /// Where at least one digit ends; nil where there is none.
  @inline(__always)
  private static func digits(in bytes: RawSpan, from start: Int) -> Int? {
    let end = ByteScan.digitsEnd(in: bytes, from: start)
    return end > start ? end : nil
  }

  private mutating func appendOther(_ byte: UInt8) -> Step {
    switch byte {
    case UInt8(ascii: "-") where place == .start:
      isNegative = true
      place = .sign
    case UInt8(ascii: ".") where place == .zero || place == .integer: place = .point
    case UInt8(ascii: "e") where isWhole && place != .exponentDigits,
      UInt8(ascii: "E") where isWhole && place != .exponentDigits:
      place = .exponent
    case UInt8(ascii: "+") where place == .exponent: place = .exponentSign
    case UInt8(ascii: "-") where place == .exponent:
      place = .exponentSign
      isExponentNegative = true
    default: return isWhole ? .ends : .fails
    }
    return .continues
  }
}
