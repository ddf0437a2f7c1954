/// The values that name agents, workflows and runs: 1 to 128 of `A-Z a-z 0-9 . _ : / @ + -`. They end in ledgers, labels
/// and reports, so nothing else gets in.
enum IdentityValue {
  static let bytesMax = 128
  private static let allowed = ByteSet(alphanumericsAnd: "._:/@+-")

  /// A value that the caller gave on purpose: refused where it cannot be kept as it is, so that money is never booked on a
  /// name that nobody chose.
  static func explicit(_ text: String, from source: String) throws(Refusal) -> String {
    guard isValid(text) else { throw invalid(source) }
    return text
  }

  /// Likewise for a segment of a path, with its percent-escapes undone.
  static func explicit(percentEncoded text: String, from source: String) throws(Refusal) -> String {
    guard let decoded = percentDecoded(text) else { throw invalid(source) }
    return try explicit(decoded, from: source)
  }

  /// A value that was found rather than given: other bytes become one `-`, the rest is cut off. Nil where nothing is left.
  static func inferred(_ text: String) -> String? {
    if isValid(text) { return text }
    var kept: [UInt8] = []
    for byte in text.utf8 {
      guard kept.count < bytesMax else { break }
      if allowed.contains(byte) {
        kept.append(byte)
      } else if let last = kept.last, last != UInt8(ascii: "-") {
        kept.append(UInt8(ascii: "-"))
      }
    }
    while kept.last == UInt8(ascii: "-") { kept.removeLast() }
    return kept.isEmpty ? nil : String(decoding: kept, as: UTF8.self)
  }

  /// The text with its percent-escapes undone; nil where one is broken or the result is not UTF-8.
  static func percentDecoded(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    let bytes = text.utf8.span
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "%") else {
        decoded.append(bytes[index])
        index += 1
        continue
      }
      guard index + 2 < bytes.count, let high = bytes[index + 1].hexadecimalValue,
        let low = bytes[index + 2].hexadecimalValue
      else { return nil }
      decoded.append(high << 4 | low)
      index += 3
    }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func isValid(_ text: String) -> Bool {
    (1...bytesMax).contains(text.utf8.count) && text.withBytes { allowed.containsAll(of: $0) }
  }

  private static func invalid(_ source: String) -> Refusal {
    Refusal(
      .badIdentity,
      "The value of the \(source) cannot be used: 1 to \(bytesMax) of the characters A-Z a-z 0-9 . _ : / @ + - are taken."
    )
  }
}
