/// The text of one string, as far as it is kept: inside the reader, with no allocation.
struct KeptText {
  static let bytesMax = 256

  /// Longer than what is kept by one word, so that eight bytes can be written at once.
  private var bytes = InlineArray<264, UInt8>(repeating: 0)
  private(set) var count = 0
  private(set) var isWhole = true
  private var countsCharacters = false
  private var countedCharacters = 0
  /// The first half of a surrogate pair, until the second comes; 0 where none waits.
  private var high: UInt16 = 0

  /// The characters of the whole text, kept or not, where they are counted; else 0.
  var characters: Int { countsCharacters && high != 0 ? countedCharacters &+ 1 : countedCharacters }

  mutating func clear(countsCharacters: Bool) {
    self.countsCharacters = countsCharacters
    countedCharacters = 0
    count = 0
    isWhole = true
    high = 0
  }

  mutating func append(_ byte: UInt8) {
    settleHigh()
    if countsCharacters { countedCharacters &+= 1 }
    appendRaw(byte)
  }

  mutating func append(_ source: RawSpan, from start: Int, to end: Int) {
    guard start < end else { return }
    settleHigh()
    if countsCharacters { countCharacters(of: source, from: start, to: end) }
    var offset = start
    let last = min(end, start &+ (Self.bytesMax &- count))
    if last < end { isWhole = false }
    while offset &+ 8 <= last {
      let word = source.word(at: offset)
      for index in 0..<8 { bytes[count &+ index] = UInt8(truncatingIfNeeded: word >> UInt64(8 &* index)) }
      count &+= 8
      offset &+= 8
    }
    while offset < last {
      bytes[count] = source.byte(at: offset)
      count &+= 1
      offset &+= 1
    }
  }

  /// Appends a UTF-16 code unit. Halves of surrogate pairs that stand alone become the replacement character.
  mutating func append(unit: UInt16) {
    if high != 0, unit & 0xFC00 == 0xDC00 {
      let code = 0x10000 &+ (UInt32(high & 0x3FF) << 10) &+ UInt32(unit & 0x3FF)
      high = 0
      appendScalar(code)
      return
    }
    settleHigh()
    if unit & 0xFC00 == 0xD800 {
      high = unit
    } else {
      appendScalar(unit & 0xFC00 == 0xDC00 ? 0xFFFD : UInt32(unit))
    }
  }

  /// The text so far; what is not UTF-8 is replaced.
  var string: String {
    var text: [UInt8] = []
    text.reserveCapacity(count)
    for index in 0..<count { text.append(bytes[index]) }
    if high != 0 { text.append(contentsOf: [0xEF, 0xBF, 0xBD]) }
    return String(decoding: text, as: UTF8.self)
  }

  @inline(__always)
  func withBytes<Result>(_ look: (RawSpan) -> Result) -> Result { look(bytes.span.bytes.extracting(0..<count)) }

  /// The text if it is short and whole.
  @inline(__always)
  var short: ShortText? {
    guard isWhole, high == 0, count <= ShortText.bytesMax else { return nil }
    var short = ShortText()
    for index in 0..<count { short.append(bytes[index]) }
    return short
  }

  // Inlined, so that the text is not copied to be looked at.
  @inline(__always)
  func equals(_ other: String) -> Bool {
    guard isWhole, high == 0, other.utf8.count == count else { return false }
    var index = 0
    for byte in other.utf8 {
      if byte != bytes[index] { return false }
      index &+= 1
    }
    return true
  }

  /// Every byte begins a character, but those that go on with one.
  private mutating func countCharacters(of source: RawSpan, from start: Int, to end: Int) {
    for offset in start..<end where source.byte(at: offset) & 0xC0 != 0x80 { countedCharacters &+= 1 }
  }

  private mutating func settleHigh() {
    guard high != 0 else { return }
    high = 0
    appendScalar(0xFFFD)
  }

  private mutating func appendScalar(_ code: UInt32) {
    if countsCharacters { countedCharacters &+= 1 }
    guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else { return }
    for byte in encoded { appendRaw(byte) }
  }

  private mutating func appendRaw(_ byte: UInt8) {
    guard count < Self.bytesMax else {
      isWhole = false
      return
    }
    bytes[count] = byte
    count &+= 1
  }
}
