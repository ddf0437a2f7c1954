internal import Metering

/// The ids of runs that nobody named.
enum RunID {
  private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
  private static let digits = 9

  /// `r-` and eighteen characters of Crockford's base 32: nine of the time in milliseconds, so that ids sort by it until the year
  /// 3084, and nine that are random, so that those of a restart or of another replica are others.
  static func text(at now: Timestamp, random: UInt64) -> String {
    let milliseconds = UInt64(max(0, now.unixMicroseconds / 1000))
    return String(unsafeUninitializedCapacity: 2 + 2 * digits) { bytes in
      bytes[0] = UInt8(ascii: "r")
      bytes[1] = UInt8(ascii: "-")
      write(milliseconds, at: 2, of: bytes)
      write(random, at: 2 + digits, of: bytes)
      return 2 + 2 * digits
    }
  }

  /// Writes the lowest 45 bits.
  private static func write(_ value: UInt64, at start: Int, of bytes: UnsafeMutableBufferPointer<UInt8>) {
    for place in 0..<digits {
      let digit = Int(value >> UInt64(5 * (digits - 1 - place)) & 31)
      bytes[start + place] = alphabet.utf8Start[digit]
    }
  }
}
