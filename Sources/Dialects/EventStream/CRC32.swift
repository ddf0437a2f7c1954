/// The checksum of zlib and of AWS event streams (CRC-32/ISO-HDLC: polynomial 0x04C11DB7, bits reflected), as parts arrive.
struct CRC32: Sendable {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of everything so far.
  var value: UInt32 { ~state }

  mutating func update(_ byte: UInt8) {
    state = Self.tables[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8
  }

  mutating func update(_ bytes: RawSpan) {
    let count = bytes.byteCount
    state = Self.tables.withUnsafeBufferPointer { tables in
      var state = state
      var offset = 0
      // Eight bytes a step, each through the table for its distance from the end of the eight.
      while offset &+ 8 <= count {
        let word = bytes.word(at: offset) ^ UInt64(state)
        state = 0
        for index in 0..<8 {
          let byte = Int(UInt8(truncatingIfNeeded: word >> UInt64(8 &* index)))
          state ^= tables[(7 &- index) &* 256 &+ byte]
        }
        offset &+= 8
      }
      while offset < count {
        state = tables[Int(UInt8(truncatingIfNeeded: state) ^ bytes.byte(at: offset))] ^ state >> 8
        offset &+= 1
      }
      return state
    }
  }

  /// Eight tables of 256: the checksum of a byte that is followed by none, one, ... seven zero bytes.
  private static let tables: [UInt32] = {
    let reflectedPolynomial: UInt32 = 0xEDB8_8320
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var state = UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ reflectedPolynomial : state >> 1 }
      tables[byte] = state
    }
    for index in 256..<tables.count {
      let shorter = tables[index - 256]
      tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
    }
    return tables
  }()
}
