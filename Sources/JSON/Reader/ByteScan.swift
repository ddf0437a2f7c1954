/// Scanning eight bytes a step, in plain integer arithmetic.
enum ByteScan {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080
  private static let lows: UInt64 = 0x7F7F_7F7F_7F7F_7F7F

  /// Sets the high bit of each byte that ends a run of a string's plain text: a quote, a backslash or a control
  /// character. Exact for every byte: no addition carries into the next one.
  @inline(__always)
  static func stringStops(_ word: UInt64) -> UInt64 {
    let low = word & lows
    // Flipping bit 1 maps the quote (0x22) to 0x20 and leaves control characters below it, so that one comparison
    // finds both.
    let isNeitherQuoteNorControl = (low ^ (ones &* 0x02)) &+ ones &* 0x5F
    let isNotBackslash = (low ^ (ones &* 0x5C)) &+ ones &* 0x7F
    return ~((isNeitherQuoteNorControl & isNotBackslash) | word) & highs
  }

  /// The first offset at or after `start` whose byte is no decimal digit; else the end.
  @inline(__always)
  static func digitsEnd(in bytes: RawSpan, from start: Int) -> Int {
    let count = bytes.byteCount
    var offset = start
    while offset &+ 8 <= count {
      let digits = bytes.word(at: offset) ^ (ones &* 0x30)
      let others = ((digits & lows) &+ ones &* 0x76 | digits) & highs
      if others != 0 { return offset &+ others.trailingZeroBitCount >> 3 }
      offset &+= 8
    }
    while offset < count, bytes.byte(at: offset) &- UInt8(ascii: "0") < 10 { offset &+= 1 }
    return offset
  }

  /// The first offset at or after `offset` whose byte is a quote, a backslash or a control character; else the end.
  @inline(__always)
  static func stringStop(in bytes: RawSpan, from start: Int) -> Int {
    let count = bytes.byteCount
    var offset = start
    while offset &+ 8 <= count {
      let stops = stringStops(bytes.word(at: offset))
      if stops != 0 { return offset &+ stops.trailingZeroBitCount >> 3 }
      offset &+= 8
    }
    while offset < count {
      let byte = bytes.byte(at: offset)
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return offset }
      offset &+= 1
    }
    return count
  }

  /// The string that begins at `start`, if it ends within 32 bytes and this part, and has no escape.
  @inline(__always)
  static func shortString(in bytes: RawSpan, from start: Int) -> ShortText? {
    var text = ShortText()
    guard start &+ 8 <= bytes.byteCount else { return nil }
    let word0 = bytes.word(at: start)
    if endsShort(word0, before: 0, &text.word0, &text.count) { return text.count < 0 ? nil : text }
    guard start &+ 16 <= bytes.byteCount else { return nil }
    let word1 = bytes.word(at: start &+ 8)
    if endsShort(word1, before: 8, &text.word1, &text.count) { return text.count < 0 ? nil : text }
    guard start &+ 24 <= bytes.byteCount else { return nil }
    let word2 = bytes.word(at: start &+ 16)
    if endsShort(word2, before: 16, &text.word2, &text.count) { return text.count < 0 ? nil : text }
    guard start &+ 32 <= bytes.byteCount else { return nil }
    let word3 = bytes.word(at: start &+ 24)
    if endsShort(word3, before: 24, &text.word3, &text.count) { return text.count < 0 ? nil : text }
    return nil
  }

  /// Whether the string stops in this word; if so, its last bytes and its length, which is -1 where no quote ends it.
  @inline(__always)
  private static func endsShort(_ word: UInt64, before: Int, _ last: inout UInt64, _ count: inout Int) -> Bool {
    let stops = stringStops(word)
    guard stops != 0 else {
      last = word
      return false
    }
    let bits = UInt64(stops.trailingZeroBitCount & ~7)
    last = word & ((1 << bits) &- 1)
    count = (word >> bits) & 0xFF == UInt64(UInt8(ascii: "\"")) ? before &+ Int(bits >> 3) : -1
    return true
  }
}

extension RawSpan {
  /// One byte.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  /// Eight bytes, the first one lowest.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
