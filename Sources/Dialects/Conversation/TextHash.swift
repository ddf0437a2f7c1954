/// Makes the fingerprint of a text as its parts arrive, cut anywhere, at some 30 GB/s: conversations are sent again and again.
///
/// Rows of 64 bytes are folded into eight lanes, which sees every change of a text, but is easily led by who knows the text: two
/// texts that were made to have one fingerprint have it under most keys. Nothing is won by that, since who knows a conversation can
/// as well send it. The lanes are mixed by the key in the end.
struct TextHash: Sendable {
  private static let rowBytes = 64
  private static let shift: UInt64 = 17

  private var lanes = SIMD8<UInt64>()
  private var bytes = 0
  /// Bytes that fill no row yet, the first ones lowest, zero beyond them.
  private var rest = SIMD8<UInt64>()

  init() {}

  var isEmpty: Bool { bytes == 0 }

  private var restBytes: Int { bytes & (Self.rowBytes &- 1) }

  /// The fingerprint of a text that is there as a whole.
  @inline(__always)
  static func whole(_ text: RawSpan, by key: FingerprintKey) -> Fingerprint {
    var lanes = SIMD8<UInt64>()
    var offset = 0
    while offset &+ rowBytes <= text.byteCount {
      fold(row(text, at: offset), into: &lanes)
      offset &+= rowBytes
    }
    return finish(lanes, rest(of: text, from: offset), bytes: text.byteCount, by: key)
  }

  /// Takes a part of the text.
  mutating func take(_ part: RawSpan) {
    var offset = 0
    if restBytes > 0 {
      while restBytes > 0, offset < part.byteCount { takeByte(part, at: &offset) }
      guard restBytes == 0 else { return }
      foldRest()
    }
    while offset &+ Self.rowBytes <= part.byteCount {
      Self.fold(Self.row(part, at: offset), into: &lanes)
      offset &+= Self.rowBytes
      bytes &+= Self.rowBytes
    }
    rest = Self.rest(of: part, from: offset)
    bytes &+= part.byteCount &- offset
  }

  /// Ends the text, and begins the next one.
  mutating func end(by key: FingerprintKey) -> Fingerprint {
    let print = Self.finish(lanes, rest, bytes: bytes, by: key)
    self = TextHash()
    return print
  }

  /// The first 64 bytes of a text, zero beyond its end.
  @inline(__always)
  static func row(of text: RawSpan) -> SIMD8<UInt64> {
    text.byteCount < rowBytes ? rest(of: text, from: 0) : row(text, at: 0)
  }

  private mutating func takeByte(_ part: RawSpan, at offset: inout Int) {
    let place = restBytes
    let byte = part.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    rest[place >> 3] |= UInt64(byte) << UInt64(8 &* (place & 7))
    bytes &+= 1
    offset &+= 1
  }

  private mutating func foldRest() {
    Self.fold(rest, into: &lanes)
    rest = SIMD8()
  }

  @inline(__always)
  private static func fold(_ row: SIMD8<UInt64>, into lanes: inout SIMD8<UInt64>) {
    lanes = lanes &+ (lanes &<< SIMD8(repeating: shift)) &+ row
  }

  @inline(__always)
  private static func row(_ text: RawSpan, at offset: Int) -> SIMD8<UInt64> {
    text.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
  }

  /// Fewer bytes than a row has.
  @inline(__always)
  private static func rest(of text: RawSpan, from start: Int) -> SIMD8<UInt64> {
    var rest = SIMD8<UInt64>()
    var offset = start
    var lane = 0
    while offset &+ 8 <= text.byteCount {
      rest[lane] = UInt64(littleEndian: text.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
      lane &+= 1
      offset &+= 8
    }
    var shift: UInt64 = 0
    while offset < text.byteCount {
      rest[lane] |= UInt64(text.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) << shift
      shift &+= 8
      offset &+= 1
    }
    return rest
  }

  @inline(__always)
  private static func finish(
    _ lanes: SIMD8<UInt64>, _ rest: SIMD8<UInt64>, bytes: Int, by key: FingerprintKey
  ) -> Fingerprint {
    var bits = key.mixed(UInt64(truncatingIfNeeded: bytes), 0)
    if bytes >= rowBytes { mix(lanes, words: 8, into: &bits, by: key) }
    mix(rest, words: ((bytes & (rowBytes &- 1)) &+ 7) >> 3, into: &bits, by: key)
    return Fingerprint(bits: key.mixed(bits, bits &>> 32))
  }

  /// Two words in a step.
  @inline(__always)
  private static func mix(_ lanes: SIMD8<UInt64>, words: Int, into bits: inout UInt64, by key: FingerprintKey) {
    var lane = 0
    while lane < words {
      bits = key.mixed(lanes[lane] ^ bits, lanes[lane &+ 1])
      lane &+= 2
    }
  }
}
