/// The boundary that a content type names for its parts (RFC 2046, 5.1.1).
struct MultipartBoundary: Equatable {
  /// RFC 2046: one to seventy characters.
  private static let bytesMax = 70

  /// What stands before each part: a line end, two dashes, the boundary.
  let delimiter: [UInt8]

  /// Reads a content type; nil where it is no form, or has no boundary that is one.
  init?(contentType: String) {
    var fields = ParameterList(contentType)
    guard let mediaType = fields.nextToken(), mediaType.lowercased() == "multipart/form-data" else { return nil }
    while let (name, value) = fields.nextParameter() {
      guard name.lowercased() == "boundary" else { continue }
      let bytes = Array(value.utf8)
      guard !bytes.isEmpty, bytes.count <= Self.bytesMax, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
        return nil
      }
      delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + bytes
      return
    }
    return nil
  }
}

/// The value of a header field with parameters: `form-data; name="model"; filename=a.wav`.
struct ParameterList {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  /// The word at the start, up to the first semicolon.
  mutating func nextToken() -> String? {
    skipBlanks()
    let end = rest.firstIndex { $0 == UInt8(ascii: ";") || Self.isBlank($0) } ?? rest.endIndex
    let token = rest[..<end]
    rest = rest[end...]
    return token.isEmpty ? nil : String(Substring(token))
  }

  /// The next parameter, its quotes taken off; nil where none is left, or what is left is malformed.
  mutating func nextParameter() -> (name: String, value: String)? {
    skipBlanks()
    guard rest.first == UInt8(ascii: ";") else { return nil }
    rest = rest.dropFirst()
    skipBlanks()
    // A semicolon at the end.
    if rest.isEmpty { return nil }
    guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    var name = rest[..<equals]
    while let last = name.last, Self.isBlank(last) { name = name.dropLast() }
    rest = rest[equals...].dropFirst()
    skipBlanks()
    guard let value = rest.first == UInt8(ascii: "\"") ? quoted() : nextToken() ?? "" else { return nil }
    return (String(Substring(name)), value)
  }

  private mutating func quoted() -> String? {
    rest = rest.dropFirst()
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
      case UInt8(ascii: "\\"): if let escaped = rest.popFirst() { value.append(escaped) }
      default: value.append(byte)
      }
    }
    return nil
  }

  private mutating func skipBlanks() {
    while let first = rest.first, Self.isBlank(first) { rest = rest.dropFirst() }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
