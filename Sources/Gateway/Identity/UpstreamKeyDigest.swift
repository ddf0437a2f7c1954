internal import Crypto

/// Tells upstream keys apart in the ledger without keeping them.
public enum UpstreamKeyDigest {
  /// The first 12 hexadecimal digits of the SHA-256 of a key: 48 bits, enough to tell an operator's keys apart, and no
  /// help to find a key of 100 random bits or more.
  public static func keyID(of key: some StringProtocol) -> String {
    var key = String(key)
    var hash = SHA256()
    key.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    var digits: [UInt8] = []
    digits.reserveCapacity(12)
    for byte in hash.finalize().prefix(6) {
      digits.append(digit(byte >> 4))
      digits.append(digit(byte & 15))
    }
    return String(decoding: digits, as: UTF8.self)
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
