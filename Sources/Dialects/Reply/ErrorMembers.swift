internal import JSON

/// An `error` object: `{"code", "type", "message"}`, of which the message is never read. Google's has a number for its code,
/// and a `status` that says more (`RESOURCE_EXHAUSTED`).
struct ErrorMembers {
  enum Field: UInt8 {
    case error = 80
    case code, type, status, outerCode, outerType, object, detail
  }

  static let pattern = JSONPattern.object(
    Field.error, ["code": .text(Field.code), "type": .text(Field.type), "status": .text(Field.status)])

  /// A code beside an error that is a bare text, as xAI writes it.
  static let codePattern = JSONPattern.text(Field.outerCode)

  /// The members of an error that is the document itself: `{"object": "error", "type", "code"}` of Mistral and older builds of
  /// vLLM, and `{"detail"}` of servers made with FastAPI.
  static let flatMembers: KeyValuePairs<String, JSONPattern> = [
    "error": pattern,
    "code": codePattern,
    "type": .text(Field.outerType),
    "object": .word(Field.object, of: ["error"]),
    "detail": .object(Field.detail, [:]),
  ]

  private var code: String?
  private var type: String?
  private var status: String?
  private var outerCode: String?
  private var outerType: String?
  /// Whether the document itself is an error.
  var isFlat = false
  /// Whether the document's error is a bare text.
  private(set) var isText = false

  /// Takes a label if it is one of this object's.
  mutating func begin(_ label: UInt8) {
    if label == Field.detail.rawValue { isFlat = true }
    guard label == Field.error.rawValue else { return }
    code = nil
    type = nil
    status = nil
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .code: code = Self.text(json)
    case .type: type = Self.text(json)
    case .status: status = Self.status(json)
    case .outerCode: outerCode = Self.text(json)
    case .outerType: outerType = Self.text(json)
    case .object: if json.word != nil { isFlat = true }
    case .detail: if json.kind == .string { isFlat = true }
    case .error where json.kind == .string:
      isText = true
      tally.fail(code: nil)
    default: break
    }
  }

  mutating func end(_ label: UInt8, _ tally: inout ReplyTally) {
    if label == Field.error.rawValue { tally.fail(code: status ?? code ?? type) }
  }

  /// A canonical code of Google's; other APIs have a number here.
  private static func status(_ json: borrowing JSONReader) -> String? {
    guard let text = text(json) else { return nil }
    return text.utf8.allSatisfy { $0 &- UInt8(ascii: "A") < 26 || $0 == UInt8(ascii: "_") } ? text : nil
  }

  /// Takes the code of an error that was a text, which may stand on either side of it.
  mutating func endDocument(_ tally: inout ReplyTally) {
    if isFlat || isText && outerCode != nil { tally.fail(code: outerCode ?? outerType) }
    isText = false
    isFlat = false
    outerCode = nil
    outerType = nil
  }

  private static func text(_ json: borrowing JSONReader) -> String? {
    if let number = json.count { return String(number) }
    return json.kind == .string && json.size > 0 ? json.string : nil
  }
}
