/// A 64-bit checksum that tells a torn or damaged block from a whole one. Not against an attacker: who can write the
/// file can write the checksum.
struct Checksum {
  private(set) var value: UInt64 = 0x7467_6174_6569_6e66

  mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset &+ 8 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset &+= 8
    }
    var tail = UInt64(bytes.count) << 56
    var shift: UInt64 = 0
    while offset < bytes.count {
      tail |= UInt64(bytes[offset]) << shift
      shift &+= 8
      offset &+= 1
    }
    mix(tail)
  }

  mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* 0x9e37_79b9_7f4a_7c15
    value ^= value >> 32
  }
}
