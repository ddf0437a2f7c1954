/// Writes a configuration as YAML in one fixed form: every key, its default included, in one order. What is written is
/// itself a valid configuration that means the same.
struct CanonicalText {
  private(set) var text = ""
  private var depth = 0

  mutating func entry(_ key: String, _ value: String) { line("\(key): \(Self.scalar(value))") }

  mutating func entry(_ key: String, _ values: [String]) {
    line("\(key): [\(values.map(Self.scalar).joined(separator: ", "))]")
  }

  /// A mapping under `key`, or `{}` where `write` writes nothing.
  mutating func section(_ key: String, _ write: (inout CanonicalText) -> Void) {
    var inner = CanonicalText()
    inner.depth = depth + 1
    write(&inner)
    line(inner.text.isEmpty ? "\(key): {}" : "\(key):")
    text += inner.text
  }

  /// A list under `key`, of items that are written already.
  mutating func list(_ key: String, _ items: [String]) {
    line("\(key):")
    for item in items { line("  - \(item)") }
  }

  /// A value between quotes: safe wherever a value can stand.
  static func inQuotes(_ value: String) -> String { quoted(value.replacing("${", with: "$${")) }

  private mutating func line(_ line: String) { text += String(repeating: "  ", count: depth) + line + "\n" }

  /// A value that YAML reads back as the same text, and in which nothing is taken for an environment variable.
  private static func scalar(_ value: String) -> String {
    let escaped = value.replacing("${", with: "$${")
    let isPlain =
      !escaped.isEmpty && escaped.utf8.allSatisfy(isPlainByte) && escaped.utf8.first.map(isPlainStart) == true
      && !escaped.hasSuffix(":") && !escaped.contains(": ") && !escaped.hasSuffix(" ") && escaped != "null"
    return isPlain ? escaped : quoted(escaped)
  }

  private static func quoted(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        let hexadecimal = String(scalar.value, radix: 16)
        result += scalar.value < 0x20 ? "\\x" + (scalar.value < 16 ? "0" : "") + hexadecimal : String(scalar)
      }
    }
    return result + "\""
  }

  private static func isPlainStart(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
  }

  private static func isPlainByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || " ./_:@+-%$".utf8.contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
