extension JSONReader {
  /// Keeps the bytes of the current part up to an offset.
  mutating func keep(_ bytes: RawSpan, upTo end: Int) {
    guard keptIsWhole, keepStart < end else { return }
    guard keptBytes.count &+ (end &- keepStart) <= Self.keptBytesMax else {
      keptIsWhole = false
      return
    }
    let start = keepStart
    bytes.withUnsafeBytes { keptBytes.append(contentsOf: $0[start..<end]) }
  }

  /// Hands over the object that was kept last, in exchange for an array whose storage is used for the next one.
  ///
  /// - Returns: whether there was one, and it was no longer than ``keptBytesMax``.
  public mutating func exchangeKeptBytes(_ other: inout [UInt8]) -> Bool {
    guard keptIsWhole, keepStart < 0, !keptBytes.isEmpty else { return false }
    swap(&keptBytes, &other)
    keptIsWhole = false
    return true
  }
}
