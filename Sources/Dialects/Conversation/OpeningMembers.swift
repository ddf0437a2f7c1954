/// The members at the top of an object of which only the beginning is known, and whose escapes have lost their backslashes: what is not
/// clear ends them.
struct OpeningMembers {
  struct Member {
    var name: String
    /// The text of a string, a number or literal as it is written, or the bracket of an object or array and what follows it.
    var value: String
    /// Whether the value is all there; of an object or array, whether it is an empty one.
    var isWhole: Bool
  }

  private let bytes: [UInt8]
  private var offset: Int

  /// - Parameter text: begins with the object's brace.
  init(_ text: Substring) {
    bytes = Array(text.utf8)
    offset = 1
  }

  mutating func next() -> Member? {
    guard let name = nextString(), name.isWhole, take(UInt8(ascii: ":")), let value = nextValue() else { return nil }
    // The last one, or one behind which nothing is clear.
    if !take(UInt8(ascii: ",")) { offset = bytes.count }
    return Member(name: name.text, value: value.text, isWhole: value.isWhole)
  }

  private mutating func skipBlanks() {
    while offset < bytes.count, bytes[offset] == 0x20 || bytes[offset] == 0x0A || bytes[offset] == 0x09 { offset &+= 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset &+= 1
    return true
  }

  private mutating func nextString() -> (text: String, isWhole: Bool)? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = offset
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") { offset &+= 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard offset < bytes.count else { return (text, false) }
    offset &+= 1
    return (text, true)
  }

  private mutating func nextValue() -> (text: String, isWhole: Bool)? {
    skipBlanks()
    guard offset < bytes.count else { return nil }
    switch bytes[offset] {
    case UInt8(ascii: "\""): return nextString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): return nextContainer()
    default:
      let start = offset
      while offset < bytes.count, !Self.endsScalar(bytes[offset]) { offset &+= 1 }
      return (String(decoding: bytes[start..<offset], as: UTF8.self), offset < bytes.count)
    }
  }

  /// Passes over an object or array.
  private mutating func nextContainer() -> (text: String, isWhole: Bool)? {
    let start = offset
    var depth = 0
    var isString = false
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""): isString.toggle()
      case UInt8(ascii: "{"), UInt8(ascii: "["): if !isString { depth &+= 1 }
      case UInt8(ascii: "}"), UInt8(ascii: "]"): if !isString { depth &-= 1 }
      default: break
      }
      offset &+= 1
      if depth == 0 { break }
    }
    let text = String(decoding: bytes[start..<offset].filter { $0 > 0x20 }, as: UTF8.self)
    return (text, text == "{}" || text == "[]")
  }

  private static func endsScalar(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte <= 0x20
  }
}

extension OpeningMembers.Member {
  /// Whether it says that the object is one of an error.
  var isError: Bool {
    switch name {
    case "error": !isNothing
    case "is_error", "isError": value == "true"
    case "success", "ok": value == "false"
    case "status": value == "error"
    default: false
    }
  }

  /// Whether the value is one of those that stand for none, or is not known.
  private var isNothing: Bool {
    switch value {
    case "", "{}", "[]", "0", "false", "null": true
    // A literal that is cut.
    default: !isWhole && ("null".hasPrefix(value) || "false".hasPrefix(value) || value == "{" || value == "[")
    }
  }
}
