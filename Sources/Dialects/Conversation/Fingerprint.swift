/// What stands for an id, a name or a text: 64 bits that tell nothing of it, and that nobody can aim at without the key they are
/// made with.
public struct Fingerprint: Sendable, Hashable {
  public var bits: UInt64

  public init(bits: UInt64) { self.bits = bits }
}

/// The secret that fingerprints are made with. Those of different keys have nothing to do with each other, so that it has to be kept
/// as long as they are.
public struct FingerprintKey: Sendable, Equatable {
  public var word0: UInt64
  public var word1: UInt64

  public init(word0: UInt64, word1: UInt64) {
    self.word0 = word0
    self.word1 = word1
  }
}

extension FingerprintKey {
  /// The fingerprint of an id or a name.
  public func fingerprint(of text: String) -> Fingerprint {
    fingerprint(of: text.utf8.span.bytes)
  }

  /// The fingerprint of the bytes of an id, a name or a text.
  public func fingerprint(of bytes: RawSpan) -> Fingerprint { TextHash.whole(bytes, by: self) }

  /// Two words in one, by the key.
  public func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = (first ^ word0).multipliedFullWidth(by: second ^ word1)
    return product.high ^ product.low
  }
}
