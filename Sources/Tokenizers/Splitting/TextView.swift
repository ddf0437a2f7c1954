/// UTF-8 text while it is split into pieces. What is no UTF-8 is taken byte by byte, as symbols.
///
/// Valid as long as the bytes that it was made of. Nothing is read beyond them, whatever they are.
struct TextView {
  let bytes: UnsafePointer<UInt8>
  let count: Int
  /// Whether the text ends with the bytes; otherwise more may follow.
  let isWhole: Bool
  private let classes = ScalarClasses.all

  /// Whether what follows the bytes could have changed an answer.
  var touchesEnd = false

  init(bytes: UnsafePointer<UInt8>, count: Int, isWhole: Bool) {
    self.bytes = bytes
    self.count = count
    self.isWhole = isWhole
  }

  @inline(__always)
  subscript(index: Int) -> UInt8 { bytes[index] }

  /// The classes of the scalar at an index within the text, and its length in bytes.
  @inline(__always)
  mutating func scalar(at index: Int) -> (class: ScalarClass, length: Int) {
    let byte = bytes[index]
    if byte < 0x80 { return (classes.ascii(byte), 1) }
    return longScalar(at: index)
  }

  private mutating func longScalar(at index: Int) -> (class: ScalarClass, length: Int) {
    let lead = bytes[index]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    guard lead >= 0xC2, lead <= 0xF4 else { return ([], 1) }
    var code = UInt32(lead) & (0x7F >> UInt32(truncatingIfNeeded: length))
    for place in 1..<length {
      guard index &+ place < count else {
        touchesEnd = true
        return ([], 1)
      }
      let byte = bytes[index &+ place]
      guard byte & 0xC0 == 0x80 else { return ([], 1) }
      code = code << 6 | UInt32(byte & 0x3F)
    }
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard code >= least, code < 0x110000, code & 0xFFFF_F800 != 0xD800 else { return ([], 1) }
    return (classes.at(code), length)
  }

  /// The end of the run of scalars that belong to any of some classes.
  @inline(__always)
  mutating func end(of classes: ScalarClass, from start: Int) -> Int {
    var index = start
    while index < count {
      let (scalar, length) = scalar(at: index)
      if !scalar.meets(classes) { return index }
      index &+= length
    }
    touchesEnd = true
    return index
  }

  /// The end of the run of scalars that belong to none of some classes.
  @inline(__always)
  mutating func end(ofNone classes: ScalarClass, from start: Int) -> Int {
    var index = start
    while index < count {
      let (scalar, length) = scalar(at: index)
      if scalar.meets(classes) { return index }
      index &+= length
    }
    touchesEnd = true
    return index
  }

  /// The byte at an index, in lower case if it is an ASCII letter; nil behind the end.
  @inline(__always)
  mutating func lowercase(at index: Int) -> UInt8? {
    guard index < count else {
      touchesEnd = true
      return nil
    }
    return bytes[index] | 0x20
  }

  /// The end of an English contraction (`'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d`, in any case) that begins at an index;
  /// the index itself where there is none.
  ///
  /// The long s, U+017F, is an s in any case.
  @inline(__always)
  mutating func contractionEnd(from index: Int) -> Int {
    guard index < count else {
      touchesEnd = true
      return index
    }
    return bytes[index] == UInt8(ascii: "'") ? contraction(at: index) : index
  }

  private mutating func contraction(at index: Int) -> Int {
    guard let first = lowercase(at: index &+ 1) else { return index }
    switch first {
    // 0x53 and so on: only letters have a lower case, so that the bit alone decides.
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return index &+ 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return lowercase(at: index &+ 2) == UInt8(ascii: "e") ? index &+ 3 : index
    case UInt8(ascii: "l"): return lowercase(at: index &+ 2) == UInt8(ascii: "l") ? index &+ 3 : index
    // The bytes of U+017F are C5 BF; the bit of lower case makes E5 of C5.
    case 0xE5 where bytes[index &+ 1] == 0xC5:
      return lowercase(at: index &+ 2) == 0xBF ? index &+ 3 : index
    default: return index
    }
  }

  // MARK: What both patterns share

  /// Up to three digits.
  @inline(__always)
  mutating func digits(from start: Int) -> Piece {
    var index = start
    var found = 0
    while found < 3 {
      guard index < count else {
        touchesEnd = true
        break
      }
      let (scalar, length) = scalar(at: index)
      guard scalar.meets(.number) else { break }
      index &+= length
      found &+= 1
    }
    return Piece(end: index, kind: .digits)
  }

  /// The end of a run of what is neither blank nor letter nor digit, which a space may precede; nil where there is none.
  @inline(__always)
  mutating func symbolsEnd(from start: Int) -> Int? {
    let first = bytes[start] == 0x20 ? start &+ 1 : start
    let end = end(ofNone: [.letter, .number, .blank], from: first)
    return end > first ? end : nil
  }

  /// A run of blanks that begins at an index: where its last line break ends (nil without one), where its last blank begins,
  /// and where it ends.
  mutating func blanks(from start: Int) -> (lineBreakEnd: Int?, last: Int, end: Int) {
    var index = start
    var last = start
    var lineBreakEnd: Int?
    while index < count {
      let (scalar, length) = scalar(at: index)
      if !scalar.meets(.blank) { return (lineBreakEnd, last, index) }
      last = index
      index &+= length
      if scalar.meets(.lineBreak) { lineBreakEnd = index }
    }
    touchesEnd = true
    return (lineBreakEnd, last, index)
  }
}
