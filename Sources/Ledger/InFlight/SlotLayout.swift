/// Where everything stands in the in-flight file, format 2. All numbers are little-endian.
///
/// ```
/// header, 4,096 bytes
///    0  magic "TGINFLT\n"
///    8  u32 format version        12  u32 bytes a slot      16  u32 slots      20  u32 zero
///   24  u64 checksum of bytes 0..<24
///   64  i64 the greatest call id given (not in the checksum: it changes with every call)
/// slot, 2,560 bytes each
///    0  u32 state: 0 free, 1 used; written last when the slot is claimed
///    4  u32 sent: 1 once the request was about to be sent
///    8  u32 revision of the newest progress block, 0 = none; written after that block
///   16  i64 call id
///   24  u64 checksum of the call id and of bytes 32..<64 + length
///   32  i64 started at     40  i64 request bytes     48  i64 prompt tokens estimate
///   56  u32 flags: bit 0 stream, bits 8..<16 billing     60  u32 length of the strings
///   64  strings: provider, dialect, method, path, model, agent, workflow, run, upstream key id, virtual
///       key, team, and 4 × i64 of what budgets hold: pico-dollars and tokens of the hard ones, the same of the others; the
///       last three may be missing, as earlier versions wrote none
/// 1152  progress block of even revisions     1792  progress block of odd revisions
/// progress block, 640 bytes
///    0  u64 checksum of bytes 8..<360 + length
///    8  u32 revision     12  i32 status     16  i64 output text bytes   24  39 × i64 usage, in the order of UsageCell
///  336  u32 settlement: bit 0 settled, bit 1 has a cost; a byte each: outcome, usage source, cost source
///  340  u32 length of the strings     344  i64 cost     352  i64 duration
///  360  strings: model, response id
/// ```
/// A string is a u16 length and its bytes; 0xffff stands for none.
///
/// Two progress blocks take turns, and the revision is stored after the block it names: whoever is killed while
/// writing one leaves the other as the newest.
enum SlotLayout {
  static let version: UInt32 = 2
  static let magic: [UInt8] = Array("TGINFLT\n".utf8)
  static let headerBytes = 4096
  static let slotBytes = 2560
  static let slotsMax = 65536

  /// Offsets in the header.
  enum Header {
    static let version = 8
    static let slotBytes = 12
    static let slotCount = 16
    static let checksum = 24
    static let greatestCallID = 64
  }

  static let state = 0
  static let sent = 4
  static let revision = 8
  static let callID = 16
  static let admissionChecksum = 24
  static let admissionFields = 32
  static let startedAt = 32
  static let requestBytes = 40
  static let promptTokensEstimate = 48
  static let flags = 56
  static let stringsLength = 60
  static let strings = 64
  static let admissionEnd = 1152

  static let progressBytes = 640
  static func progress(revision: UInt32) -> Int { admissionEnd &+ Int(revision & 1) &* progressBytes }

  /// Offsets in a progress block.
  enum Progress {
    static let checksum = 0
    static let revision = 8
    static let status = 12
    static let outputTextBytes = 16
    static let usage = 24
    static let settlement = 336
    static let stringsLength = 340
    static let cost = 344
    static let duration = 352
    static let strings = 360
  }

  /// The longest string of each field, in bytes; what is longer is cut.
  enum StringBytesMax {
    static let provider = 64
    static let dialect = 32
    static let method = 16
    static let path = 250
    static let model = 128
    static let agent = 128
    static let workflow = 128
    static let run = 128
    /// Twice as many as its digits.
    static let upstreamKeyID = 30
    static let virtualKey = 64
    static let team = 64
    static let reserve = 32
    static let responseID = 128
  }

  /// The length that stands for a string that is not there.
  static let noString: UInt16 = 0xffff

  static func offset(slot: Int) -> Int { headerBytes &+ slot &* slotBytes }
  static func fileBytes(slots: Int) -> Int { offset(slot: slots) }
}
