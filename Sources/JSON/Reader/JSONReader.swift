/// Reads one JSON document at a time as its bytes arrive, in parts that may be cut anywhere, and reports what a
/// ``JSONShape`` names.
///
/// The grammar is that of RFC 8259, except that text is not checked to be UTF-8. Nothing recurses, nothing is
/// allocated, and nothing that input can do traps: what is malformed ends in ``JSONEvent/failed``. What is nested deeper than
/// ``depthMax`` is passed over: only its strings and brackets are told apart. A byte order mark in front is left out.
///
/// ```
/// var offset = 0
/// while true {
///   switch reader.next(part, at: &offset) {
///   case .needsMore: return
///   case .value(let label): ...
/// ```
public struct JSONReader: ~Copyable {
  /// How deep the grammar of objects and arrays is checked.
  public static let depthMax = 128
  /// How much of a string's text is kept; the rest is counted only.
  public static let textBytesMax = KeptText.bytesMax
  /// How long an object may be whose bytes are kept.
  public static let keptBytesMax = 16 << 10
  /// How deep a shape can look into a document.
  static let shapeDepthMax = 16

  /// What stands at the current place of the grammar.
  enum Phase: UInt8 {
    case value, firstElement, firstName, name, colon, separator
    case string, escape, unicode, number, literal
    case deep, deepString, deepEscape, byteOrderMark
    case ended, done, failed
  }

  let shape: JSONShape
  var phase = Phase.value

  /// Containers that are open.
  var depth = 0
  /// One bit for each open container, the innermost lowest: whether it is an object.
  var objects: UInt128 = 0
  /// Containers that are open beyond ``depthMax``.
  var deepDepth = 0
  /// Bytes of the byte order mark that were read.
  var markBytes = 0
  /// How many of the open containers the shape looks into: always the outermost ones.
  var shapeDepth = 0
  var shapeStack = InlineArray<16, UInt16>(repeating: 0)
  /// The node of the value that comes next or is being read; 0 where it does not matter.
  var valueNode: UInt16 = 1

  /// The bytes of all parts before the current one.
  var partStart = 0
  /// The bytes of the part that was used up last.
  var partBytes = 0
  /// Where the current value begins, in bytes from the document's first part on.
  public internal(set) var valueStart = 0
  /// Where the current value ended, in bytes from the document's first part on.
  public internal(set) var valueEnd = 0
  /// What kind of value was reported last.
  public internal(set) var kind = JSONValueKind.null
  /// The size of a string's text in UTF-8, escapes undone, or of a measured container as it is written.
  public internal(set) var size = 0

  /// Whether the container that ended last had nothing in it.
  public internal(set) var isContainerEmpty = false

  /// Where each open container of ``shapeStack`` began, if its size is asked for.
  var measureStarts = InlineArray<16, Int>(repeating: 0)

  var isName = false
  var stringUse = StringUse.skip
  var text = KeptText()
  var unicode = UnicodeEscape()
  var number = NumberScan()
  var literal = LiteralScan.null
  var literalMatched = 0

  /// Where keeping began in the current part; -1 where nothing is kept.
  var keepStart = -1
  var keepDepth = 0
  var keptBytes: [UInt8] = []
  var keptIsWhole = false

  /// A reader for documents of a shape.
  public init(shape: JSONShape) { self.shape = shape }

  /// Makes the reader ready for the next document.
  public mutating func reset() {
    phase = .value
    depth = 0
    objects = 0
    shapeDepth = 0
    valueNode = 1
    partStart = 0
    isName = false
    keepStart = -1
  }

  /// Whether the document turned out not to be JSON.
  public var hasFailed: Bool { phase == .failed }

  /// Whether nothing of a document has been read yet.
  public var isAtStart: Bool { phase == .value && depth == 0 }

  /// Says that no more bytes come: a number at the top of the document ends here.
  ///
  /// - Returns: whether a whole document was read.
  public mutating func finish() -> Bool {
    if phase == .number, depth == 0, number.isWhole { phase = .done }
    if phase == .ended { phase = .done }
    return phase == .done
  }

  /// Reads on in a part until something is to be reported.
  ///
  /// - Parameter offset: where to begin in the part: 0 at first, and left alone by the caller between the events of a
  ///   part. It stands at the end of the part when the answer is ``JSONEvent/needsMore``.
  public mutating func next(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent {
    while true {
      if let event = step(bytes, at: &offset) {
        if event == .needsMore { endPart(bytes) }
        return event
      }
    }
  }

  /// One step of the grammar; nil where there is nothing to report.
  @inline(__always)
  private mutating func step(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    switch phase {
    case .string: return scanString(bytes, at: &offset)
    case .escape: return scanEscape(bytes, at: &offset)
    case .unicode: return scanUnicode(bytes, at: &offset)
    case .number: return scanNumber(bytes, at: &offset)
    case .literal: return scanLiteral(bytes, at: &offset)
    case .deep, .deepString, .deepEscape: return scanDeep(bytes, at: &offset)
    case .byteOrderMark: return scanMark(bytes, at: &offset)
    case .failed: return .failed
    case .ended:
      phase = .done
      return .documentEnd
    default: break
    }
    guard let byte = Self.skipBlanks(bytes, at: &offset) else { return .needsMore }
    switch phase {
    case .separator: return readSeparator(byte, bytes, at: &offset)
    case .colon:
      guard byte == UInt8(ascii: ":") else { return fail() }
      offset &+= 1
      phase = .value
      return nil
    case .name, .firstName:
      if byte == UInt8(ascii: "\"") {
        offset &+= 1
        return beginName(bytes, at: &offset)
      }
      guard byte == UInt8(ascii: "}"), phase == .firstName else { return fail() }
      return endContainer(bytes, at: &offset)
    case .firstElement where byte == UInt8(ascii: "]"): return endContainer(bytes, at: &offset)
    case .value, .firstElement: return beginValue(byte, bytes, at: &offset)
    default: return fail()
    }
  }

  @inline(__always)
  private static func skipBlanks(_ bytes: RawSpan, at offset: inout Int) -> UInt8? {
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      if byte > 0x20 { return byte }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset &+= 1
    }
    return nil
  }

  @inline(__always)
  private mutating func readSeparator(_ byte: UInt8, _ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    let isObject = objects & 1 == 1
    if byte == UInt8(ascii: ",") {
      offset &+= 1
      if isObject {
        phase = .name
      } else {
        phase = .value
        valueNode = elementNode
      }
      return nil
    }
    guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return fail() }
    return endContainer(bytes, at: &offset)
  }

  @inline(__always)
  private mutating func beginValue(_ byte: UInt8, _ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    valueStart = partStart &+ offset
    switch byte {
    case UInt8(ascii: "\""):
      offset &+= 1
      beginString(use: valueNode == 0 ? .skip : shape.nodes[Int(valueNode)].string)
      return nil
    case UInt8(ascii: "{"), UInt8(ascii: "["): return beginContainer(isObject: byte == UInt8(ascii: "{"), at: &offset)
    case UInt8(ascii: "t"): beginLiteral(.true)
    case UInt8(ascii: "f"): beginLiteral(.false)
    case UInt8(ascii: "n"): beginLiteral(.null)
    default:
      guard byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10 else { return beginMark(byte, at: offset) }
      if valueNode == 0, skipNumber(bytes, at: &offset) { return nil }
      number = NumberScan()
      phase = .number
    }
    return nil
  }

  /// Takes over what a part leaves unfinished, and counts its bytes.
  private mutating func endPart(_ bytes: RawSpan) {
    if keepStart >= 0 {
      keep(bytes, upTo: bytes.byteCount)
      keepStart = 0
    }
    partStart &+= bytes.byteCount
    partBytes = bytes.byteCount
  }

  mutating func fail() -> JSONEvent {
    phase = .failed
    return .failed
  }

  /// What follows a whole value, and whether the value is to be reported.
  @inline(__always)
  mutating func endScalar(_ kind: JSONValueKind, at offset: Int, isWanted: Bool) -> JSONEvent? {
    phase = depth == 0 ? .ended : .separator
    guard valueNode != 0 else { return nil }
    let node = shape.nodes[Int(valueNode)]
    guard node.label != 0, isWanted || node.wantsScalars else { return nil }
    self.kind = kind
    valueEnd = partStart &+ offset
    return .value(node.label)
  }
}
