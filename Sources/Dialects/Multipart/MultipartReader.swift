/// What a ``MultipartReader`` met.
enum MultipartPiece: Equatable {
  /// The part of the body is used up.
  case needsMore
  /// A part of the form begins, whose name is in ``MultipartReader/name``.
  case begin
  /// Bytes of a field: this range of what was handed in.
  case data(Range<Int>)
  /// Bytes of a field that looked like a delimiter and are none: ``MultipartReader/held``.
  case held
  /// The part of the form has ended.
  case end
}

/// Splits a form of `multipart/form-data` (RFC 7578) as its bytes arrive, which may be cut anywhere.
///
/// Nothing of a field is kept: the data is handed out where it stands, so that files have no limit. Of the headers no more is kept
/// than one line of them, up to ``lineBytesMax``. What is malformed ends no reading: a part without a name has an empty one, and
/// a delimiter that is none is data.
struct MultipartReader {
  /// Longer lines of a part's header are passed over.
  static let lineBytesMax = 1024

  private enum Place {
    /// Before the first delimiter, or in a field's data.
    case data
    /// Behind a delimiter: two dashes, or blanks and a line end.
    case delimited, dash, blanks, lineFeed
    case header
    case ended
  }

  /// Blanks between a delimiter and its line end; with more of them it is none.
  private static let paddingBytesMax = 64

  private let delimiter: [UInt8]
  /// Bytes of earlier parts that turned out to be data.
  private(set) var held: [UInt8] = []
  /// The name of the part; empty where it has none.
  private(set) var name = ""
  /// Whether the final delimiter has been read.
  private(set) var isWhole = false

  private var place = Place.data
  private var isInPart = false
  /// Bytes of the delimiter that were seen, and how many of them belong to what stood before the data: the first delimiter,
  /// and that of an empty field, need no line end of their own.
  private var matched = 2
  private var matchedBefore = 2
  private var line: [UInt8] = []
  private var isLineWhole = true

  init(_ boundary: MultipartBoundary) { delimiter = boundary.delimiter }

  /// Reads on until something is to be reported.
  /// - Parameter offset: 0 at first, and left alone by the caller between the pieces.
  mutating func next(_ bytes: RawSpan, at offset: inout Int) -> MultipartPiece {
    while offset < bytes.byteCount {
      let piece: MultipartPiece? =
        switch place {
        case .data: readData(bytes, at: &offset)
        case .header: readHeader(bytes, at: &offset)
        case .ended: skipAll(bytes, at: &offset)
        case .delimited, .dash, .blanks, .lineFeed: readDelimiterEnd(bytes, at: &offset)
        }
      if let piece { return piece }
    }
    return .needsMore
  }

  private func skipAll(_ bytes: RawSpan, at offset: inout Int) -> MultipartPiece? {
    offset = bytes.byteCount
    return nil
  }

  // MARK: Data

  private mutating func readData(_ bytes: RawSpan, at offset: inout Int) -> MultipartPiece? {
    let start = offset
    if matched == 0 {
      offset = Self.carriageReturn(in: bytes, from: offset)
      return offset > start ? data(start..<offset) : readDelimiter(bytes, at: &offset)
    }
    return readDelimiter(bytes, at: &offset)
  }

  /// Reads on in what may be a delimiter. Its only carriage return is its first byte, so that no part of one that failed can
  /// begin another but a carriage return.
  private mutating func readDelimiter(_ bytes: RawSpan, at offset: inout Int) -> MultipartPiece? {
    while offset < bytes.byteCount {
      guard byte(bytes, offset) == delimiter[matched] else { return dropDelimiter() }
      offset &+= 1
      matched &+= 1
      if matched == delimiter.count {
        place = .delimited
        return nil
      }
    }
    return nil
  }

  /// What was taken for a delimiter is data.
  private mutating func dropDelimiter() -> MultipartPiece? {
    held.removeAll(keepingCapacity: true)
    if matched > matchedBefore { held.append(contentsOf: delimiter[matchedBefore..<matched]) }
    held.append(contentsOf: line)
    line.removeAll(keepingCapacity: true)
    matched = 0
    matchedBefore = 0
    place = .data
    return isInPart && !held.isEmpty ? .held : nil
  }

  private func data(_ range: Range<Int>) -> MultipartPiece? { isInPart ? .data(range) : nil }

  // MARK: Delimiter

  private mutating func readDelimiterEnd(_ bytes: RawSpan, at offset: inout Int) -> MultipartPiece? {
    let byte = byte(bytes, offset)
    switch (place, byte) {
    case (.delimited, UInt8(ascii: "-")): place = .dash
    case (.delimited, 0x20), (.delimited, 0x09), (.blanks, 0x20), (.blanks, 0x09): place = .blanks
    case (.delimited, 0x0D), (.blanks, 0x0D): place = .lineFeed
    case (.dash, UInt8(ascii: "-")):
      offset &+= 1
      return endForm()
    case (.lineFeed, 0x0A):
      offset &+= 1
      return endPart()
    // The boundary goes on: it is another's.
    default: return dropDelimiter()
    }
    guard line.count < Self.paddingBytesMax else { return dropDelimiter() }
    line.append(byte)
    offset &+= 1
    return nil
  }

  private mutating func endForm() -> MultipartPiece? {
    isWhole = true
    let piece = endPart()
    place = .ended
    return piece
  }

  private mutating func endPart() -> MultipartPiece? {
    let wasInPart = isInPart
    isInPart = false
    matched = 0
    matchedBefore = 0
    place = .header
    name = ""
    beginLine()
    return wasInPart ? .end : nil
  }

  // MARK: Header

  private mutating func beginLine() {
    line.removeAll(keepingCapacity: true)
    isLineWhole = true
  }

  private mutating func readHeader(_ bytes: RawSpan, at offset: inout Int) -> MultipartPiece? {
    while offset < bytes.byteCount {
      let byte = byte(bytes, offset)
      offset &+= 1
      guard byte == 0x0A else {
        if line.count < Self.lineBytesMax { line.append(byte) } else { isLineWhole = false }
        continue
      }
      if line.last == 0x0D { line.removeLast() }
      if line.isEmpty {
        place = .data
        matched = 2
        matchedBefore = 2
        isInPart = true
        return .begin
      }
      if isLineWhole { readLine() }
      beginLine()
      if place == .ended { return nil }
    }
    return nil
  }

  private mutating func readLine() {
    // A delimiter ends a header too, and the part has no data then.
    let boundary = delimiter.dropFirst(2)
    if line.starts(with: boundary) {
      let rest = line.dropFirst(boundary.count)
      if rest.starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")]) {
        _ = endForm()
      } else if rest.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
        name = ""
      }
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
    guard String(decoding: line[..<colon], as: UTF8.self).lowercased() == "content-disposition" else { return }
    var fields = ParameterList(String(decoding: line[colon...].dropFirst(), as: UTF8.self))
    guard fields.nextToken() != nil else { return }
    while let (name, value) = fields.nextParameter() {
      if name.lowercased() == "name" { self.name = value }
    }
  }

  // MARK: Bytes

  @inline(__always)
  private func byte(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
    bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The first carriage return at or after `start`, else the end: eight bytes at a time.
  private static func carriageReturn(in bytes: RawSpan, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var offset = start
    while offset &+ 8 <= bytes.byteCount {
      let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ (ones &* 0x0D)
      if (word &- ones) & ~word & (ones &* 0x80) != 0 { break }
      offset &+= 8
    }
    while offset < bytes.byteCount, bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) != 0x0D { offset &+= 1 }
    return offset
  }
}
