internal import JSON

/// An `error` object: `{"code", "type", "message"}`, of which the message is never read. Google's has a number for its code,
/// and a `status` that says more (`RESOURCE_EXHAUSTED`).
struct ErrorMembers {
  enum Field: UInt8 {
    case error = 80
    case code, type, status
  }

  static let pattern = JSONPattern.object(
    Field.error, ["code": .text(Field.code), "type": .text(Field.type), "status": .text(Field.status)])

  private var code: String?
  private var type: String?
  private var status: String?

  /// Takes a label if it is one of this object's.
  mutating func begin(_ label: UInt8) {
    if label == Field.error.rawValue { self = ErrorMembers() }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .code: code = Self.text(json)
    case .type: type = Self.text(json)
    case .status: status = Self.status(json)
    case .error where json.kind == .string: tally.fail(code: nil)
    default: break
    }
  }

  mutating func end(_ label: UInt8, _ tally: inout ReplyTally) {
    if label == Field.error.rawValue { tally.fail(code: status ?? code ?? type) }
  }

  /// A canonical code of Google's; other APIs have a number here.
  private static func status(_ json: borrowing JSONReader) -> String? {
    guard let text = text(json) else { return nil }
    let isCode = text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "_") }
    return isCode ? text : nil
  }

  private static func text(_ json: borrowing JSONReader) -> String? {
    if let number = json.count { return String(number) }
    return json.kind == .string && json.size > 0 ? json.string : nil
  }
}
