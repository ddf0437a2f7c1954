/// Writes fields into a block of mapped memory that is known to be large enough: the layout sums to less than the
/// block with every string at its longest, and ``StringBytesMax`` cuts what is longer.
struct BlockWriter {
  let base: UnsafeMutableRawPointer
  /// Where the next string goes.
  var cursor: Int

  func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
    base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }

  mutating func append(_ string: String?, bytesMax: Int) {
    guard let string else {
      put(SlotLayout.noString, at: cursor)
      cursor &+= 2
      return
    }
    let start = cursor &+ 2
    let written = Self.copy(string, to: base + start, bytesMax: bytesMax)
    put(UInt16(truncatingIfNeeded: written), at: cursor)
    cursor = start &+ written
  }

  /// Numbers in place of a string.
  mutating func append(_ numbers: [Int64]) {
    put(UInt16(truncatingIfNeeded: numbers.count &* 8), at: cursor)
    cursor &+= 2
    for number in numbers {
      put(number, at: cursor)
      cursor &+= 8
    }
  }

  /// Copies at most `bytesMax` bytes, cut where a character's UTF-8 begins; says how many.
  private static func copy(_ string: String, to target: UnsafeMutableRawPointer, bytesMax: Int) -> Int {
    let fast = string.utf8.withContiguousStorageIfAvailable { bytes -> Int in
      var count = min(bytes.count, bytesMax)
      if count < bytes.count {
        while count > 0, bytes[count] & 0xc0 == 0x80 { count &-= 1 }
      }
      if let source = bytes.baseAddress, count > 0 { target.copyMemory(from: source, byteCount: count) }
      return count
    }
    if let fast { return fast }
    var native = string
    native.makeContiguousUTF8()
    return native.utf8.withContiguousStorageIfAvailable { _ in () } == nil
      ? 0 : copy(native, to: target, bytesMax: bytesMax)
  }
}

/// Reads fields from a block of bytes whose content may be damaged: everything is checked against the block's end.
struct BlockReader {
  let bytes: UnsafeRawBufferPointer
  var cursor: Int

  /// Offsets of numbers are constants of the layout, and the block is never shorter than the layout.
  func get<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    guard offset >= 0, offset &+ MemoryLayout<T>.size <= bytes.count else { return 0 }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// The next numbers, which ``BlockWriter/append(_:)`` wrote; nil where there are not so many.
  mutating func nextNumbers(_ count: Int) -> [Int64]? {
    guard cursor &+ 2 &+ count &* 8 <= bytes.count, Int(get(UInt16.self, at: cursor)) == count &* 8 else { return nil }
    let start = cursor &+ 2
    cursor = start &+ count &* 8
    return (0..<count).map { get(Int64.self, at: start &+ $0 &* 8) }
  }

  /// The next string; `.some(nil)` where there is none, nil where the block is damaged.
  mutating func nextString() -> String?? {
    guard cursor &+ 2 <= bytes.count else { return nil }
    let length = get(UInt16.self, at: cursor)
    cursor &+= 2
    if length == SlotLayout.noString { return .some(nil) }
    let end = cursor &+ Int(length)
    guard end <= bytes.count else { return nil }
    defer { cursor = end }
    return .some(String(decoding: bytes[cursor..<end], as: UTF8.self))
  }
}
