/// How a reply's text begins: what tells two conversations apart that began with the same words. Its first letters and digits of ASCII,
/// as everything else is written in more than one way.
public struct ReplyOpening: Sendable, Equatable {
  private static let bytesMax = 24

  private enum Place: Equatable {
    case plain, escape
    /// Digits of a code unit that are still to come.
    case unicode(Int)
  }

  /// The first bytes lowest.
  private var words = SIMD4<UInt64>()
  private var count = 0
  private var place = Place.plain

  public init() {}

  /// Whether nothing that follows matters.
  public var isFull: Bool { count == Self.bytesMax }

  /// Takes a part of the text of a JSON string as it is written.
  public mutating func take(_ part: RawSpan) {
    var offset = 0
    while offset < part.byteCount, !isFull {
      take(part.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      offset &+= 1
    }
  }

  mutating func take(_ byte: UInt8) {
    switch place {
    case .plain where byte == UInt8(ascii: "\\"): place = .escape
    case .plain: if Self.isKept(byte) { keep(byte) }
    case .escape: place = byte == UInt8(ascii: "u") ? .unicode(4) : .plain
    case .unicode(let digits): place = digits > 1 ? .unicode(digits &- 1) : .plain
    }
  }

  /// - Parameter isWhole: whether the text ended, so that there is no more of it.
  public func fingerprint(by key: FingerprintKey, isWhole: Bool) -> Fingerprint? {
    guard isFull || isWhole, count > 0 else { return nil }
    return Fingerprint(bits: key.mixed(key.mixed(words[0], words[1]), words[2] &+ UInt64(count) &<< 56))
  }

  private mutating func keep(_ byte: UInt8) {
    guard !isFull else { return }
    words[count >> 3] |= UInt64(byte) << UInt64(8 &* (count & 7))
    count &+= 1
  }

  private static func isKept(_ byte: UInt8) -> Bool {
    let letter = byte | 0x20
    return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
      || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
