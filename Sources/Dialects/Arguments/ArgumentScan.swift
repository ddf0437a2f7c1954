/// Reads the arguments of one call as their fragments arrive, cut anywhere: whether they are JSON (RFC 8259), what they hash to, and
/// which members they have at the top. Nothing recurses, and nothing of the text is kept but the names of members.
struct ArgumentScan: Sendable {
  /// How deep the grammar is checked; what is deeper is not known.
  static let depthMax = 128

  private enum Place: UInt8 {
    case value, firstElement, firstName, name, colon, separator
    case string, escape, unicode, number, literal
    case ended, failed, tooDeep
  }

  /// Whether the reader of the reply knows where the call's arguments stand.
  private var isRead = false
  /// Whether a part of them could not be read.
  private var isLost = false
  private var isEmpty = true
  private var isFreeText = false

  private var place = Place.value
  private var depth = 0
  /// One bit for each open container, the innermost lowest: whether it is an object.
  private var objects: UInt128 = 0
  private var isObject = false

  private var isName = false
  private var unit: UInt16 = 0
  private var digitsLeft = 0
  /// The first half of a surrogate pair, until the second comes; 0 where none waits.
  private var high: UInt16 = 0
  private var number = ArgumentNumber()
  private var literal = ArgumentLiteral.null
  private var literalMatched = 0

  private var kind = ArgumentMembers.Kind.null
  private var members = ArgumentMembers()
  /// Of the member that is read, or of all where the top is no object.
  private var hash = ArgumentHash()
  /// The sum over all members: their order does not matter.
  private var sum = Self.emptyHash
  /// What no members hash to.
  private static let emptyHash: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Says that the call's arguments are read, and how.
  ///
  /// - Parameters:
  ///   - isWhole: whether the text that comes is the whole of them.
  ///   - long: what was read of it already, where it was too long to wait.
  mutating func add(_ isWhole: Bool, isFreeText: Bool, long: ArgumentScan?) {
    if isWhole { self = ArgumentScan() }
    guard let long else {
      if !isLost { isRead = true }
      self.isFreeText = isFreeText
      return
    }
    // Only where nothing was read before is it known what both say.
    let isKnown = isEmpty && !isFreeText
    self = long
    isRead = isKnown
    isLost = !isKnown
  }

  mutating func take(_ bytes: RawSpan) {
    if bytes.byteCount > 0 { isEmpty = false }
    var offset = 0
    if isFreeText {
      while offset < bytes.byteCount {
        hash.take(bytes.byte(at: offset))
        offset &+= 1
      }
      return
    }
    while offset < bytes.byteCount {
      if place == .string, high == 0 { scanText(bytes, at: &offset) } else { take(bytes.byte(at: offset), at: &offset) }
    }
  }

  /// Hashes a run of plain text.
  @inline(__always)
  private mutating func scanText(_ bytes: RawSpan, at offset: inout Int) {
    let isTopName = isName && depth == 1
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      guard byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 else {
        take(byte, at: &offset)
        return
      }
      hash.take(byte)
      if isTopName { members.takeOfName(byte) }
      offset &+= 1
    }
  }

  /// One step of the grammar. A byte that ends a number is looked at again.
  private mutating func take(_ byte: UInt8, at offset: inout Int) {
    switch place {
    case .failed, .tooDeep: break
    case .ended: if !Self.isBlank(byte) { place = .failed }
    case .string: takeOfString(byte)
    case .escape: takeOfEscape(byte)
    case .unicode: takeOfUnicode(byte)
    case .number:
      if number.take(byte) {
        hash.take(byte)
      } else {
        endNumber()
        return
      }
    case .literal: takeOfLiteral(byte)
    default: if !Self.isBlank(byte) { takeStructure(byte) }
    }
    offset &+= 1
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  // MARK: Structure

  private var isInObject: Bool { depth > 0 && objects & 1 == 1 }

  private mutating func takeStructure(_ byte: UInt8) {
    switch (place, byte) {
    case (.firstName, UInt8(ascii: "\"")), (.name, UInt8(ascii: "\"")): beginName()
    case (.firstName, UInt8(ascii: "}")), (.firstElement, UInt8(ascii: "]")): endContainer(byte)
    case (.colon, UInt8(ascii: ":")):
      hash.take(byte)
      place = .value
    case (.separator, UInt8(ascii: ",")):
      if depth > 1 || !isObject { hash.take(byte) }
      place = isInObject ? .name : .value
    case (.separator, UInt8(ascii: "}")) where isInObject, (.separator, UInt8(ascii: "]")) where !isInObject:
      endContainer(byte)
    case (.value, _), (.firstElement, _): beginValue(byte)
    default: place = .failed
    }
  }

  private mutating func beginName() {
    if depth == 1 {
      hash = ArgumentHash()
      members.beginName()
    }
    hash.take(ArgumentHash.quote)
    isName = true
    place = .string
  }

  private mutating func beginValue(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["): beginContainer(byte)
    case UInt8(ascii: "\""):
      hash.take(ArgumentHash.quote)
      note(.string)
      isName = false
      place = .string
    case UInt8(ascii: "t"): begin(.true, .boolean)
    case UInt8(ascii: "f"): begin(.false, .boolean)
    case UInt8(ascii: "n"): begin(.null, .null)
    default:
      number = ArgumentNumber()
      guard number.take(byte) else { return place = .failed }
      hash.take(byte)
      place = .number
    }
  }

  /// Notes what a member's value is.
  private mutating func note(_ kind: ArgumentMembers.Kind) { if depth == 1 { self.kind = kind } }

  private mutating func beginContainer(_ byte: UInt8) {
    guard depth < Self.depthMax else { return place = .tooDeep }
    let isObject = byte == UInt8(ascii: "{")
    if depth == 0 { self.isObject = isObject }
    note(isObject ? .object : .array)
    if depth > 0 || !isObject { hash.take(byte) }
    depth &+= 1
    objects = objects << 1 | (isObject ? 1 : 0)
    place = isObject ? .firstName : .firstElement
  }

  private mutating func endContainer(_ byte: UInt8) {
    if depth > 1 || !isObject { hash.take(byte) }
    depth &-= 1
    objects >>= 1
    endValue()
  }

  private mutating func endValue() {
    place = depth == 0 ? .ended : .separator
    guard depth == 1, isObject else { return }
    sum &+= hash.spread
    members.end(kind)
  }

  // MARK: Scalars

  private mutating func takeOfString(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""):
      settleHigh()
      hash.take(ArgumentHash.quote)
      if isName { place = .colon } else { endValue() }
    case UInt8(ascii: "\\"): place = .escape
    case 0..<0x20: place = .failed
    default:
      settleHigh()
      takeText(byte)
    }
  }

  private mutating func takeText(_ byte: UInt8) {
    hash.take(byte)
    if isName, depth == 1 { members.takeOfName(byte) }
  }

  private mutating func takeText(_ scalar: Unicode.Scalar) {
    guard let encoded = UTF8.encode(scalar) else { return }
    for byte in encoded { takeText(byte) }
  }

  private mutating func settleHigh() {
    guard high != 0 else { return }
    high = 0
    takeText("\u{FFFD}")
  }

  private mutating func takeOfEscape(_ byte: UInt8) {
    if byte == UInt8(ascii: "u") {
      unit = 0
      digitsLeft = 4
      place = .unicode
      return
    }
    settleHigh()
    place = .string
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): takeText(byte)
    case UInt8(ascii: "b"): takeText(0x08)
    case UInt8(ascii: "f"): takeText(0x0C)
    case UInt8(ascii: "n"): takeText(0x0A)
    case UInt8(ascii: "r"): takeText(0x0D)
    case UInt8(ascii: "t"): takeText(0x09)
    default: place = .failed
    }
  }

  private mutating func takeOfUnicode(_ byte: UInt8) {
    let digit: UInt8
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
    default: return place = .failed
    }
    unit = unit << 4 | UInt16(digit)
    digitsLeft &-= 1
    guard digitsLeft == 0 else { return }
    place = .string
    takeUnit()
  }

  /// Takes a UTF-16 code unit. Halves of pairs that stand alone become the replacement character.
  private mutating func takeUnit() {
    if high != 0, unit & 0xFC00 == 0xDC00 {
      let code = 0x10000 &+ (UInt32(high & 0x3FF) << 10) &+ UInt32(unit & 0x3FF)
      high = 0
      takeText(Unicode.Scalar(code) ?? "\u{FFFD}")
      return
    }
    settleHigh()
    if unit & 0xFC00 == 0xD800 { high = unit } else { takeText(Unicode.Scalar(unit) ?? "\u{FFFD}") }
  }

  private mutating func endNumber() {
    guard number.isWhole else { return place = .failed }
    note(number.isFraction ? .fraction : .whole)
    endValue()
  }

  private mutating func begin(_ literal: ArgumentLiteral, _ kind: ArgumentMembers.Kind) {
    self.literal = literal
    literalMatched = 1
    note(kind)
    hash.take(literal.bytes[0])
    place = .literal
  }

  private mutating func takeOfLiteral(_ byte: UInt8) {
    guard byte == literal.bytes[literalMatched] else { return place = .failed }
    literalMatched &+= 1
    if literalMatched == literal.count { endValue() }
  }

  // MARK: The end

  /// What was read.
  consuming func finish() -> ToolArguments {
    guard isRead else { return .unknown }
    if isFreeText { return ToolArguments(form: .text, hash: hash.spread) }
    if place == .number, depth == 0 { endNumber() }
    // Nothing but blanks.
    if place == .value, depth == 0 { return ToolArguments(form: .object, hash: Self.emptyHash) }
    switch place {
    case .tooDeep: return .unknown
    case .ended:
      guard isObject else { return ToolArguments(form: .notObject, hash: hash.spread) }
      var arguments = ToolArguments(form: .object, hash: sum)
      arguments.members = members
      return arguments
    default: return ToolArguments(form: .notJSON, hash: sum &+ hash.spread)
    }
  }
}

/// A literal of JSON.
enum ArgumentLiteral: Sendable {
  case `true`, `false`, null

  var bytes: InlineArray<5, UInt8> {
    switch self {
    case .true: [0x74, 0x72, 0x75, 0x65, 0]
    case .false: [0x66, 0x61, 0x6C, 0x73, 0x65]
    case .null: [0x6E, 0x75, 0x6C, 0x6C, 0]
    }
  }

  var count: Int { self == .false ? 5 : 4 }
}
