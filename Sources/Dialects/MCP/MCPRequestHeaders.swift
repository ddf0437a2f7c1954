internal import Metering

/// What the headers of the revision of 2026-07-28 say of a message, for bodies that cannot be read.
///
/// https://modelcontextprotocol.io/specification: `Mcp-Method` and `Mcp-Name`, which repeat the body's `method` and its
/// `params.name`. A server refuses a message in which they differ.
public struct MCPRequestHeaders: Sendable {
  private var isCall = false
  private var name = ""

  public init() {}

  /// Reads one field.
  /// - Parameter name: in lower case.
  public mutating func read(name field: String, value: String) {
    switch field {
    case "mcp-method": isCall = value == "tools/call"
    case "mcp-name": name = HeaderText.decode(value) ?? ""
    default: break
    }
  }

  /// Adds the call that the body did not show. A body that was read says more: whether the call goes on with an earlier one.
  public func complete(_ facts: inout RequestFacts) {
    guard isCall, facts.toolCalls.isEmpty, !facts.isComplete else { return }
    facts.addToolCall(id: "", name: name)
  }
}

/// The text of a header field in which anything can be written: as it is, or as `=?base64?...?=`.
enum HeaderText {
  private static let start = "=?base64?"
  private static let end = "?="
  /// Longer texts are no names.
  private static let bytesMax = 1024

  /// The text; nil where it is malformed.
  static func decode(_ value: String) -> String? {
    guard value.utf8.count <= bytesMax else { return nil }
    guard value.hasPrefix(start), value.hasSuffix(end), value.utf8.count >= start.utf8.count + end.utf8.count else {
      return value
    }
    return base64(value.utf8.dropFirst(start.utf8.count).dropLast(end.utf8.count))
  }

  private static func base64(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount = 0
    let digits = text.prefix { $0 != UInt8(ascii: "=") }
    let padding = text.count - digits.count
    guard text.count % 4 == 0, padding <= 2, text.suffix(padding).allSatisfy({ $0 == UInt8(ascii: "=") }) else {
      return nil
    }
    for digit in digits {
      guard let value = value(ofDigit: digit) else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
      bits &= (1 << UInt32(bitCount)) - 1
    }
    guard bits == 0 else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func value(ofDigit digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
