/// The parameters of a URL's query, percent-decoded, each at most once and only such as are known.
struct QueryParameters {
  static let queryBytesMax = 8_192

  private var values: [String: String] = [:]

  /// An empty value is a value: `run=` asks for calls whose run is the empty text, of which there are none.
  init(_ query: some StringProtocol, known: [String]) throws(ParameterError) {
    guard query.utf8.count <= Self.queryBytesMax else {
      throw ParameterError("query", value: query, accepted: "at most \(Self.queryBytesMax) bytes")
    }
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = try Self.decoded(parts[0], of: "query")
      guard known.contains(name) else {
        throw ParameterError(name, value: parts.count == 2 ? parts[1] : "", accepted: Self.listing(known))
      }
      let value = parts.count == 2 ? try Self.decoded(parts[1], of: name) : ""
      guard values.updateValue(value, forKey: name) == nil else {
        throw ParameterError(name, value: value, accepted: "one value, not two")
      }
    }
  }

  subscript(name: String) -> String? { values[name] }

  private static func listing(_ known: [String]) -> String {
    known.isEmpty ? "no parameter at all" : "a parameter named " + known.joined(separator: ", ")
  }

  private static func decoded(_ text: some StringProtocol, of name: String) throws(ParameterError) -> String {
    guard let decoded = PercentEncoding.decoded(text, plusIsSpace: true) else {
      throw ParameterError(
        name, value: text, accepted: "UTF-8 with reserved characters as % and two hexadecimal digits")
    }
    return decoded
  }
}

/// Percent-encoding, RFC 3986 §2.1.
enum PercentEncoding {
  /// The decoded text; nil where an escape is cut short or the bytes are not UTF-8.
  static func decoded(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
          return nil
        }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
