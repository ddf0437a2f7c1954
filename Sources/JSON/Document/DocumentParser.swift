/// Reads a whole document. Recursive, no deeper than ``JSONValue/depthMax``.
struct DocumentParser {
  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws(JSONError) -> JSONValue {
    guard bytes.count <= JSONValue.documentBytesMax else {
      throw error("the document is longer than \(JSONValue.documentBytesMax >> 20) MiB")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    let value = try value()
    skipBlanks()
    guard offset == bytes.count else { throw error("something follows the end of the document") }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipBlanks()
    guard let byte = peek() else { throw error("the document ends where a value should stand") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw error("a value is missing")
    }
  }

  private mutating func nested(
    _ body: (inout DocumentParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < JSONValue.depthMax else { throw error("values are nested deeper than \(JSONValue.depthMax)") }
    depth += 1
    offset += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members: [JSONMember] = []
    var names: Set<String> = []
    skipBlanks()
    if skip("}") { return .object(members) }
    while true {
      skipBlanks()
      guard peek() == UInt8(ascii: "\"") else { throw error("a name in double quotes is missing") }
      let start = offset
      let name = try string()
      guard names.insert(name).inserted else {
        throw error("the name \"\(name)\" occurs twice in an object", at: start)
      }
      skipBlanks()
      guard skip(":") else { throw error("a colon is missing") }
      members.append(JSONMember(name: name, value: try value()))
      skipBlanks()
      if skip("}") { return .object(members) }
      guard skip(",") else { throw error("a comma or the end of the object is missing") }
    }
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    skipBlanks()
    if skip("]") { return .array(elements) }
    while true {
      elements.append(try value())
      skipBlanks()
      if skip("]") { return .array(elements) }
      guard skip(",") else { throw error("a comma or the end of the array is missing") }
    }
  }

  private mutating func string() throws(JSONError) -> String {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("a string is not valid UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw error("a control character stands in a string")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw error("a string has no end", at: start)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let start = offset
    offset += 1
    guard let byte = peek() else { throw error("a string has no end") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try hexadecimal())
      if code & 0xFC00 == 0xD800, skip("\\"), skip("u") {
        let low = UInt32(try hexadecimal())
        guard low & 0xFC00 == 0xDC00 else { throw error("a surrogate stands alone", at: start) }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("a surrogate stands alone", at: start) }
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    default: throw error("an unknown escape stands in a string", at: start)
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = hexadecimalDigit(byte) else { throw error("\\u needs four digits") }
      value = value << 4 | UInt16(digit)
      offset += 1
    }
    return value
  }

  private mutating func number() throws(JSONError) -> String {
    let start = offset
    _ = skip("-")
    if !skip("0") { try digits() }
    if skip(".") { try digits() }
    if skip("e") || skip("E") {
      if !skip("+") { _ = skip("-") }
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    let start = offset
    while let byte = peek(), byte &- UInt8(ascii: "0") < 10 { offset += 1 }
    guard offset > start else { throw error("a digit is missing") }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let word = String(describing: text)
    guard bytes[offset...].starts(with: word.utf8) else { throw error("a value is missing") }
    offset += word.utf8.count
    return value
  }

  private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  private func error(_ reason: String, at place: Int? = nil) -> JSONError {
    var line = 1
    var column = 1
    for byte in bytes.prefix(place ?? offset) {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return JSONError(reason: reason, line: line, column: column)
  }
}

/// The value of a hexadecimal digit; nil where the byte is none.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
