/// The written forms of IP addresses, as bytes.
enum AddressText {
  /// Four decimal numbers up to 255, without leading zeros.
  static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
    var dots = 0
    var digits = 0
    var value = 0
    for byte in bytes {
      if byte == UInt8(ascii: ".") {
        guard digits > 0 else { return false }
        (dots, digits, value) = (dots + 1, 0, 0)
        continue
      }
      guard ByteSet.digits.contains(byte), digits == 0 || value > 0 else { return false }
      digits += 1
      value = value * 10 + Int(byte & 15)
      guard value <= 255 else { return false }
    }
    return dots == 3 && digits > 0
  }

  /// The forms of RFC 4291, section 2.2, without a zone.
  static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let gap = firstGap(in: bytes) else { return groups(in: bytes, isLast: true) == 8 }
    guard let before = groups(in: bytes[..<gap], isLast: false),
      let after = groups(in: bytes[(gap + 2)...], isLast: true)
    else { return false }
    return before + after <= 7
  }

  /// Where the first `::` stands.
  private static func firstGap(in bytes: ArraySlice<UInt8>) -> Int? {
    zip(bytes.indices, bytes.indices.dropFirst()).first { pair in
      bytes[pair.0] == UInt8(ascii: ":") && bytes[pair.1] == UInt8(ascii: ":")
    }?.0
  }

  /// How many groups of 16 bits the bytes are, none for no bytes; nil where they are malformed. An IPv4 address at the end
  /// counts for two.
  private static func groups(in bytes: ArraySlice<UInt8>, isLast: Bool) -> Int? {
    guard !bytes.isEmpty else { return 0 }
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var count = 0
    for (index, part) in parts.enumerated() {
      if isLast, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard isIPv4(part) else { return nil }
        count += 2
        continue
      }
      guard (1...4).contains(part.count), part.allSatisfy({ $0.hexadecimalValue != nil }) else { return nil }
      count += 1
    }
    return count
  }
}
