internal import Metering

/// The ids of runs that nobody named.
enum RunID {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
  private static let prefix = Array("r-".utf8)

  /// `r-` and eighteen characters of Crockford's base 32: nine of the time in milliseconds, so that ids sort by it until the year
  /// 3084, and nine that are random, so that those of a restart or of another replica are others.
  static func text(at now: Timestamp, random: UInt64) -> String {
    let milliseconds = UInt64(max(0, now.unixMicroseconds / 1000))
    return String(decoding: prefix + digits(milliseconds) + digits(random), as: UTF8.self)
  }

  /// The lowest 45 bits.
  private static func digits(_ value: UInt64) -> [UInt8] {
    (0..<9).map { alphabet[Int(value >> UInt64(5 * (8 - $0)) & 31)] }
  }
}
