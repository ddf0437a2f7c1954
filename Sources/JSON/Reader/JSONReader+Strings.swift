extension JSONReader {
  @inline(__always)
  mutating func beginString(use: StringUse) {
    isName = false
    stringUse = use
    size = 0
    if use == .keep { text.clear(countsCharacters: shape.nodes[Int(valueNode)].countsCharacters) }
    phase = .string
  }

  /// Begins a member's name. Most names are short, written without escapes and within one part: those are read whole.
  @inline(__always)
  mutating func beginName(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    let container = containerNode
    if container == 0 {
      beginString(use: .skip)
      isName = true
      return nil
    }
    // Names that matter whatever they are, are kept.
    if shape.nodes[Int(container)].anyMember == 0, let name = ByteScan.shortString(in: bytes, from: offset) {
      offset &+= name.count &+ 1
      endName(name)
      return nil
    }
    beginString(use: .keep)
    isName = true
    return nil
  }

  @inline(__always)
  private mutating func endName(_ name: ShortText) {
    phase = .colon
    valueNode = 0
    let container = containerNode
    guard container != 0 else { return }
    let node = shape.nodes[Int(container)]
    guard node.filter & name.filterBit != 0, let target = shape.target(of: name, in: node.members) else {
      valueNode = node.anyMember
      return
    }
    valueNode = target
  }

  /// Reads on in a string's text.
  @inline(__always)
  mutating func scanString(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    if stringUse == .keep { return scanKept(bytes, at: &offset) }
    let count = bytes.byteCount
    let start = offset
    // How much shorter the text is than what was scanned.
    var saved = 0
    // The byte behind a backslash that ended the word before: it stops nothing.
    var escaped: UInt64 = 0
    var place = offset
    while place &+ 8 <= count {
      let word = bytes.word(at: place)
      var stops = ByteScan.stringStops(word) & ~escaped
      escaped = 0
      while stops != 0 {
        let bit = UInt64(stops.trailingZeroBitCount & ~7)
        let stop = place &+ Int(bit >> 3)
        let byte = UInt8(truncatingIfNeeded: word >> bit)
        if byte == UInt8(ascii: "\"") {
          size &+= stop &- start &- saved
          offset = stop &+ 1
          return endString(at: offset)
        }
        guard byte == UInt8(ascii: "\\") else { return fail() }
        guard stop &+ 6 <= count else {
          size &+= stop &- start &- saved
          offset = stop &+ 1
          phase = .escape
          return nil
        }
        let letter = bit < 56 ? UInt8(truncatingIfNeeded: word >> (bit &+ 8)) : bytes.byte(at: stop &+ 1)
        guard let surplus = UnicodeEscape.surplus(letter, bytes, at: stop) else { return fail() }
        saved &+= surplus
        // The digits of a code unit stop nothing either, so that the steps stay even.
        stops &= ~(0xFFFF << bit)
        escaped = bit == 56 ? 0xFF : 0
      }
      place &+= 8
    }
    if escaped != 0 { place &+= 1 }
    size &+= place &- start &- saved
    offset = place
    return scanRest(bytes, at: &offset)
  }

  /// Reads the last bytes of a part, fewer than eight.
  private mutating func scanRest(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      offset &+= 1
      switch byte {
      case UInt8(ascii: "\""): return endString(at: offset)
      case UInt8(ascii: "\\"):
        phase = .escape
        return nil
      case 0..<0x20: return fail()
      default: size &+= 1
      }
    }
    return .needsMore
  }

  /// Reads on in a string whose text is kept: those are short.
  private mutating func scanKept(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    let stop = ByteScan.stringStop(in: bytes, from: offset)
    text.append(bytes, from: offset, to: stop)
    size &+= stop &- offset
    offset = stop
    guard stop < bytes.byteCount else { return .needsMore }
    offset &+= 1
    switch bytes.byte(at: stop) {
    case UInt8(ascii: "\""): return endString(at: offset)
    case UInt8(ascii: "\\"):
      phase = .escape
      return nil
    default: return fail()
    }
  }

  /// Reads the byte behind a backslash.
  mutating func scanEscape(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    guard offset < bytes.byteCount else { return .needsMore }
    let byte = bytes.byte(at: offset)
    offset &+= 1
    if byte == UInt8(ascii: "u") {
      unicode.begin()
      phase = .unicode
      return nil
    }
    guard let plain = UnicodeEscape.simple(byte) else { return fail() }
    if stringUse == .keep { text.append(plain) }
    size &+= 1
    phase = .string
    return nil
  }

  /// Reads the four digits behind `\u`.
  mutating func scanUnicode(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    while unicode.digitsLeft > 0 {
      guard offset < bytes.byteCount else { return .needsMore }
      guard unicode.append(bytes.byte(at: offset)) else { return fail() }
      offset &+= 1
    }
    size &+= UnicodeEscape.utf8Size(of: unicode.unit)
    if stringUse == .keep { text.append(unit: unicode.unit) }
    phase = .string
    return nil
  }

  @inline(__always)
  private mutating func endString(at offset: Int) -> JSONEvent? {
    guard isName else {
      return endScalar(.string, at: offset, isWanted: stringUse != .skip)
    }
    isName = false
    if let name = text.short, stringUse == .keep {
      endName(name)
    } else {
      phase = .colon
      let container = containerNode
      valueNode = container == 0 ? 0 : shape.nodes[Int(container)].anyMember
    }
    return nil
  }

  /// Whether the string was kept whole; false where it is longer than ``textBytesMax``.
  public var isTextWhole: Bool { text.isWhole }

  /// The text of the current string, at most ``textBytesMax`` bytes of it; what is not UTF-8 is replaced. Empty where
  /// the pattern asks only for the size.
  public var string: String { stringUse == .keep ? text.string : "" }

  /// Looks at the bytes of the current string, at most ``textBytesMax`` of them, without making a string of them. None where the
  /// pattern asks only for the size.
  @inline(__always)
  public func withKeptText<Result>(_ look: (RawSpan) -> Result) -> Result { text.withBytes(look) }

  /// The Unicode characters of the current string, all of them, where the pattern asks for their number; else 0.
  public var characters: Int { text.characters }

  /// Whether the current string's text is this one.
  public func isText(_ other: String) -> Bool { stringUse == .keep && text.equals(other) }

  /// Which of its pattern's words the current string is; nil where it is none of them, or no string.
  public var word: Int? {
    guard kind == .string, valueNode != 0, let short = text.short else { return nil }
    return shape.target(of: short, in: shape.nodes[Int(valueNode)].words).map(Int.init)
  }
}
