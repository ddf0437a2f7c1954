internal import CVocabularies

/// To which classes a Unicode scalar belongs, as bits.
///
/// The table is that of Unicode 16.0.0, taken from tiktoken, which splits text by it (`Sources/CVocabularies/Files/README.md`).
struct ScalarClass: OptionSet {
  let rawValue: UInt8

  /// Upper and title case, letters without case, marks: what a word begins with.
  static let head = ScalarClass(rawValue: 1)
  /// Lower case, letters without case, marks: what a word goes on with.
  static let tail = ScalarClass(rawValue: 2)
  static let letter = ScalarClass(rawValue: 4)
  static let number = ScalarClass(rawValue: 8)
  static let blank = ScalarClass(rawValue: 16)
  static let lineBreak = ScalarClass(rawValue: 32)
  /// Letters of Han, Hiragana, Katakana, Hangul.
  static let eastAsian = ScalarClass(rawValue: 64)
  static let latin = ScalarClass(rawValue: 128)

  @inline(__always)
  func meets(_ other: ScalarClass) -> Bool { rawValue & other.rawValue != 0 }
}

/// The classes of all scalars, in two stages: the block of each 256 scalars, then a byte for each of them.
struct ScalarClasses: @unchecked Sendable {
  // Unchecked, because of its pointers: they point into the program's constants.

  static let all = ScalarClasses(tollgate_scalar_classes())

  private static let magic: [UInt8] = Array("TGCLASS".utf8) + [1]
  private static let indexOffset = 12
  private static let blockCount = 0x110000 >> 8

  private let blockIndex: UnsafePointer<UInt8>
  private let blocks: UnsafePointer<UInt8>

  /// The file is a constant of the program: a test reads it whole.
  private init(_ resource: tollgate_resource) {
    blockIndex = resource.bytes + Self.indexOffset
    blocks = blockIndex + Self.blockCount
  }

  @inline(__always)
  func ascii(_ byte: UInt8) -> ScalarClass { ScalarClass(rawValue: blocks[Int(byte)]) }

  /// `code` is below 0x110000.
  @inline(__always)
  func at(_ code: UInt32) -> ScalarClass {
    ScalarClass(rawValue: blocks[Int(blockIndex[Int(code >> 8)]) << 8 | Int(code & 0xFF)])
  }
}
