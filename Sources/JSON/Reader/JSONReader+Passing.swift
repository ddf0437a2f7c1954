/// What is passed over without its grammar being checked.
extension JSONReader {
  // MARK: Deep nesting

  /// Begins to pass over a container that is nested deeper than ``depthMax``, whose bracket comes next. No shape looks so deep.
  @inline(never)
  mutating func beginDeep() -> JSONEvent? {
    deepDepth = 0
    phase = .deep
    return nil
  }

  /// Reads on until the brackets that were opened are closed again, of whichever kind: their number is all that is kept.
  mutating func scanDeep(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      offset &+= 1
      switch (phase, byte) {
      case (.deepEscape, _): phase = .deepString
      case (.deepString, UInt8(ascii: "\"")): phase = .deep
      case (.deepString, UInt8(ascii: "\\")): phase = .deepEscape
      case (.deepString, 0..<0x20): return fail()
      case (.deepString, _): break
      case (_, UInt8(ascii: "\"")): phase = .deepString
      case (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")): deepDepth &+= 1
      case (_, UInt8(ascii: "}")), (_, UInt8(ascii: "]")):
        deepDepth &-= 1
        guard deepDepth == 0 else { continue }
        phase = .separator
        return nil
      default: break
      }
    }
    return .needsMore
  }

  // MARK: Byte order mark

  private static let byteOrderMark: InlineArray<3, UInt8> = [0xEF, 0xBB, 0xBF]

  /// Begins a value with a byte that begins none, unless it is that of a byte order mark in front of the document.
  @inline(never)
  mutating func beginMark(_ byte: UInt8, at offset: Int) -> JSONEvent? {
    guard byte == Self.byteOrderMark[0], depth == 0, partStart &+ offset == 0 else { return fail() }
    markBytes = 0
    phase = .byteOrderMark
    return nil
  }

  mutating func scanMark(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    while offset < bytes.byteCount {
      guard bytes.byte(at: offset) == Self.byteOrderMark[markBytes] else { return fail() }
      offset &+= 1
      markBytes &+= 1
      guard markBytes == Self.byteOrderMark.count else { continue }
      phase = .value
      return nil
    }
    return .needsMore
  }
}
