/// What the first bytes of a file tell of it: its kind and its size. Fed byte by byte; keeps 32 bytes.
public struct MediaHeader: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Width and height in pixels.
    case image(width: Int64, height: Int64)
    case pdf
    /// Bytes a second; a guess where the sound is compressed.
    case audio(bytesPerSecond: Int64, isExact: Bool)
  }

  /// How far into a file its size is looked for: JPEGs carry thumbnails and colour profiles before it.
  public static let bytesMax: Int64 = 1 << 20

  /// What the file is; nil as long as that is not known.
  public private(set) var kind: Kind?
  /// Whether nothing more can be learned.
  public private(set) var isDone = false

  private var head = InlineArray<32, UInt8>(repeating: 0)
  private var offset: Int64 = 0
  private var jpeg: JPEGSegments?

  public init() {}

  /// Takes the next byte of the file.
  public mutating func take(_ byte: UInt8) {
    guard !isDone else { return }
    if offset < 32 { head[Int(offset)] = byte }
    offset &+= 1
    if jpeg != nil { return takeJPEG(byte) }
    switch offset {
    case 4: decideEarly()
    case 10 where holds("GIF8", at: 0): end(.image(width: little(6), height: little(8)))
    case 24 where holds("PNG", at: 1): end(.image(width: big(16), height: big(20)))
    case 30 where holds("WEBP", at: 8): endWebP()
    case 32: endOther()
    default: break
    }
  }

  private mutating func decideEarly() {
    if head[0] == 0xFF, head[1] == 0xD8 {
      jpeg = JPEGSegments()
      jpeg?.take(head[2])
      takeJPEG(head[3])
    } else if holds("%PDF", at: 0) {
      end(.pdf)
    } else if holds("ID3", at: 0) || head[0] == 0xFF && head[1] & 0xE0 == 0xE0 || holds("OggS", at: 0) {
      // Compressed speech: 64 kbit/s is at the lower end, so that the time comes out long.
      end(.audio(bytesPerSecond: 8_000, isExact: false))
    }
  }

  private mutating func takeJPEG(_ byte: UInt8) {
    jpeg?.take(byte)
    if let size = jpeg?.size { end(.image(width: size.width, height: size.height)) }
    if jpeg?.hasFailed == true || offset >= Self.bytesMax { isDone = true }
  }

  private mutating func endWebP() {
    if holds("VP8 ", at: 12) {
      end(.image(width: little(26) & 0x3FFF, height: little(28) & 0x3FFF))
    } else if holds("VP8L", at: 12) {
      let bits = little(21) | little(23) << 16
      end(.image(width: bits & 0x3FFF &+ 1, height: bits >> 14 & 0x3FFF &+ 1))
    } else {
      let width = little(24) | Int64(head[26]) << 16
      end(.image(width: width &+ 1, height: (little(27) | Int64(head[29]) << 16) &+ 1))
    }
  }

  private mutating func endOther() {
    isDone = true
    guard holds("RIFF", at: 0), holds("WAVE", at: 8) else { return }
    // Sound that is not compressed says so by the format 1 (or 3, of fractions), and takes as many bytes as its head says.
    let isExact = (little(20) == 1 || little(20) == 3) && holds("fmt ", at: 12)
    end(.audio(bytesPerSecond: max(1, little(28) | little(30) << 16), isExact: isExact))
  }

  private mutating func end(_ kind: Kind) {
    self.kind = kind
    isDone = true
  }

  public static func == (lhs: MediaHeader, rhs: MediaHeader) -> Bool {
    lhs.kind == rhs.kind && lhs.isDone == rhs.isDone && lhs.offset == rhs.offset && lhs.jpeg == rhs.jpeg
      && lhs.head.indices.allSatisfy { lhs.head[$0] == rhs.head[$0] }
  }

  private func holds(_ text: StaticString, at start: Int) -> Bool {
    text.withUTF8Buffer { bytes in bytes.indices.allSatisfy { head[start &+ $0] == bytes[$0] } }
  }

  private func little(_ place: Int) -> Int64 { Int64(head[place]) | Int64(head[place &+ 1]) << 8 }

  private func big(_ place: Int) -> Int64 {
    (0..<4).reduce(Int64(0)) { $0 << 8 | Int64(head[place &+ $1]) }
  }
}

/// The segments of a JPEG up to the one with its size.
struct JPEGSegments: Sendable, Equatable {
  private enum Place: Sendable, Equatable {
    case mark, code
    /// The bytes of a segment's length, then of what it begins with.
    case length(code: UInt8)
    case frame
    case skip(Int64)
  }

  private var place = Place.mark
  private var value: Int64 = 0
  private var count = 0
  private(set) var size: (width: Int64, height: Int64)?
  private(set) var hasFailed = false

  mutating func take(_ byte: UInt8) {
    switch place {
    case .mark: if byte == 0xFF { place = .code } else { hasFailed = true }
    case .code: takeCode(byte)
    case .length(let code): takeLength(byte, code: code)
    case .frame: takeFrame(byte)
    case .skip(let left): place = left > 1 ? .skip(left &- 1) : .mark
    }
  }

  private mutating func takeCode(_ code: UInt8) {
    switch code {
    // Filling.
    case 0xFF: break
    case 0x01, 0xD0...0xD8: place = .mark
    // The image begins, or ends, without a size.
    case 0x00, 0xD9, 0xDA: hasFailed = true
    default:
      value = 0
      count = 0
      place = .length(code: code)
    }
  }

  private mutating func takeLength(_ byte: UInt8, code: UInt8) {
    value = value << 8 | Int64(byte)
    count &+= 1
    guard count == 2 else { return }
    let isFrame = code & 0xF0 == 0xC0 && code != 0xC4 && code != 0xC8 && code != 0xCC
    if isFrame {
      value = 0
      count = 0
      place = .frame
    } else {
      place = value > 2 ? .skip(value &- 2) : .mark
    }
  }

  /// A byte of precision, two of the height, two of the width.
  private mutating func takeFrame(_ byte: UInt8) {
    count &+= 1
    if count > 1 { value = value << 8 | Int64(byte) }
    if count == 5 { size = (width: value & 0xFFFF, height: value >> 16) }
  }

  static func == (lhs: JPEGSegments, rhs: JPEGSegments) -> Bool {
    lhs.place == rhs.place && lhs.value == rhs.value && lhs.count == rhs.count && lhs.hasFailed == rhs.hasFailed
  }
}
