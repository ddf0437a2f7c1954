/// Writes JSON (RFC 8259) with exact numbers: what the control API, the reports and the log lines are made with.
///
/// The caller keeps the order: a key before each member of an object. Nothing is checked beyond the commas.
public struct JSONWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []
  /// Whether the next value or key stands after another one of the same object or array.
  private var needsComma = false

  /// A writer of nothing.
  public init() {}

  /// Writes an object with the members that `body` writes.
  public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
    try container(open: "{", close: "}", body)
  }

  /// Writes an array with the elements that `body` writes.
  public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
    try container(open: "[", close: "]", body)
  }

  /// Writes the name of a member; its value is to follow.
  public mutating func key(_ name: String) {
    separate()
    quote(name)
    append(":")
    needsComma = false
  }

  /// Writes a text, or null.
  public mutating func string(_ text: String?) {
    guard let text else { return null() }
    separate()
    quote(text)
  }

  /// Writes an integer of any size to the last digit, or null.
  public mutating func integer(_ value: (some BinaryInteger)?) {
    guard let value else { return null() }
    literal(String(value))
  }

  /// Writes `value` × 10^-`fractionDigits` to the last digit, or null.
  public mutating func decimal(_ value: Int64?, fractionDigits: Int) {
    guard let value else { return null() }
    literal(DecimalText.text(Int128(value), fractionDigits: fractionDigits))
  }

  /// Writes true or false.
  public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

  /// Writes null.
  public mutating func null() { literal("null") }

  /// Writes what is JSON already.
  public mutating func literal(_ json: String) {
    separate()
    append(json)
  }

  private mutating func container(
    open: String, close: String, _ body: (inout JSONWriter) throws -> Void
  ) rethrows {
    separate()
    append(open)
    needsComma = false
    try body(&self)
    append(close)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { append(",") }
    needsComma = true
  }

  private mutating func quote(_ text: String) {
    append("\"")
    for byte in text.utf8 { append(escaping: byte) }
    append("\"")
  }

  /// Beyond what JSON demands, DEL is escaped: terminals act on it.
  private mutating func append(escaping byte: UInt8) {
    switch byte {
    case 0x22, 0x5c: bytes += [0x5c, byte]
    case 0x0a: append("\\n")
    case 0x0d: append("\\r")
    case 0x09: append("\\t")
    case 0..<0x20, 0x7f:
      append("\\u00")
      bytes += [Self.hexDigits[Int(byte >> 4)], Self.hexDigits[Int(byte & 15)]]
    default: bytes.append(byte)
    }
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private static let hexDigits = Array("0123456789abcdef".utf8)
}
