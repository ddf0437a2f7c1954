internal import CVocabularies

/// The tokens of a byte-level BPE with their ranks, ready to be looked up. Built once, then only read.
///
/// A table of open addressing with two words a slot, so that a look-up of a token of up to eight bytes touches one line of
/// memory: the token itself (longer ones: their hash), and where its bytes stand, how many they are, and its rank.
final class Vocabulary: @unchecked Sendable {
  // Unchecked, because of its pointers: what they point to is written in `init` alone and stays as long as the program.

  /// No token.
  static let none = UInt32.max
  /// The longest token of any vocabulary here. What is longer need not be looked up.
  static let tokenBytesMax = 128

  static let o200k = Vocabulary(tollgate_vocabulary_o200k())
  static let cl100k = Vocabulary(tollgate_vocabulary_cl100k())

  private let slots: UnsafeMutablePointer<UInt64>
  private let slotCount: UInt64
  private let tokens: UnsafePointer<UInt8>
  /// The rank of each token of two bytes, the second byte highest: where every merge begins.
  private let pairRanks: UnsafeMutablePointer<UInt32>

  /// Reads the form that `Sources/CVocabularies/Files/README.md` describes. What does not fit it ends the reading.
  private init(_ resource: tollgate_resource) {
    let bytes = UnsafeRawBufferPointer(start: resource.bytes, count: resource.length)
    let header = VocabularyHeader(bytes)
    slotCount = UInt64(header.tokenCount) * 8 / 5 + 16
    slots = .allocate(capacity: Int(slotCount) * 2)
    slots.initialize(repeating: 0, count: Int(slotCount) * 2)
    pairRanks = .allocate(capacity: 1 << 16)
    pairRanks.initialize(repeating: Self.none, count: 1 << 16)
    tokens = resource.bytes
    var offset = VocabularyHeader.bytes
    for rank in 0..<header.tokenCount {
      guard offset < bytes.count else { return }
      let count = Int(bytes[offset])
      offset += 1
      guard count > 0, offset + count <= bytes.count else { return }
      insert(offset: offset, count: count, rank: rank)
      offset += count
    }
  }

  private func insert(offset: Int, count: Int, rank: Int) {
    if count == 2 { pairRanks[Int(tokens[offset]) | Int(tokens[offset &+ 1]) << 8] = UInt32(rank) }
    let key = Self.key(tokens + offset, count: count)
    var index = slot(of: key, count: count)
    while slots[2 &* index &+ 1] != 0 { index = next(index) }
    slots[2 &* index] = key
    slots[2 &* index &+ 1] = UInt64(offset) << 32 | UInt64(count) << 24 | UInt64(rank)
  }

  /// The rank of the token of these bytes; ``none`` where there is none. `count` is at least one.
  @inline(__always)
  func rank(of bytes: UnsafePointer<UInt8>, count: Int) -> UInt32 {
    if count > Self.tokenBytesMax { return Self.none }
    let key = Self.key(bytes, count: count)
    var index = slot(of: key, count: count)
    while true {
      let entry = slots[2 &* index &+ 1]
      if entry == 0 { return Self.none }
      if slots[2 &* index] == key, Int(entry >> 24 & 0xFF) == count, count <= 8 || equals(bytes, entry, count: count) {
        return UInt32(truncatingIfNeeded: entry & 0xFF_FFFF)
      }
      index = next(index)
    }
  }

  /// The rank of the token of two bytes.
  @inline(__always)
  func rank(ofPairAt bytes: UnsafePointer<UInt8>) -> UInt32 { pairRanks[Int(bytes[0]) | Int(bytes[1]) << 8] }

  private func equals(_ bytes: UnsafePointer<UInt8>, _ entry: UInt64, count: Int) -> Bool {
    let token = tokens + Int(entry >> 32)
    var index = 0
    while index < count {
      if token[index] != bytes[index] { return false }
      index &+= 1
    }
    return true
  }

  @inline(__always)
  private func next(_ index: Int) -> Int { index &+ 1 == Int(slotCount) ? 0 : index &+ 1 }

  @inline(__always)
  private func slot(of key: UInt64, count: Int) -> Int {
    let mixed = Self.mix(key ^ 0x9E37_79B9_7F4A_7C15, 0xE703_7ED1_A0B4_28DB ^ UInt64(truncatingIfNeeded: count))
    return Int(truncatingIfNeeded: mixed.multipliedFullWidth(by: slotCount).high)
  }

  /// The bytes themselves up to eight, a hash of them beyond.
  @inline(__always)
  private static func key(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    count <= 8 ? word(bytes, count: count) : hash(bytes, count: count)
  }

  /// One to eight bytes as a word, the first one lowest, without reading beyond them.
  @inline(__always)
  private static func word(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    if count >= 4 {
      let low = UInt64(UInt32(littleEndian: raw.loadUnaligned(as: UInt32.self)))
      let high = UInt64(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)))
      return low | high << UInt64(truncatingIfNeeded: 8 &* (count &- 4))
    }
    if count == 1 { return UInt64(bytes[0]) }
    let ends = UInt64(bytes[0]) | UInt64(bytes[count &- 1]) << UInt64(truncatingIfNeeded: 8 &* (count &- 1))
    return ends | UInt64(bytes[1]) << 8
  }

  @inline(__always)
  private static func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    var hash: UInt64 = 0x2D35_8DCC_AA6C_78A5
    var offset = 0
    while offset &+ 8 < count {
      hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0x8BB8_4B93_962E_ACC9)
      offset &+= 8
    }
    return mix(hash ^ raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self), 0x4B33_A62E_D433_D4A3)
  }

  @inline(__always)
  private static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = first.multipliedFullWidth(by: second)
    return product.high ^ product.low
  }
}

/// What a vocabulary file begins with.
struct VocabularyHeader {
  static let bytes = 12
  private static let magic: [UInt8] = Array("TGVOCAB".utf8) + [1]

  /// Zero where this is no vocabulary.
  let tokenCount: Int

  init(_ file: UnsafeRawBufferPointer) {
    let isVocabulary = file.count >= Self.bytes && file.prefix(Self.magic.count).elementsEqual(Self.magic)
    tokenCount = isVocabulary ? Int(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: 8, as: UInt32.self))) : 0
  }
}
