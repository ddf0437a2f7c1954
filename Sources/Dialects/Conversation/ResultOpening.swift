/// How a tool's result begins, as it is written: what tells that it is one of a failure where the API has no mark for that.
struct ResultOpening: Sendable {
  private static let bytesMax = 64

  /// The first bytes lowest.
  private var words = SIMD8<UInt64>()
  private var count = 0
  /// Whether the text that was taken ended: only the first one tells.
  private var isEnded = false

  var isEmpty: Bool { count == 0 }

  /// Of the text's beginning, as ``ReplyOpening`` makes it of the reply's; nil where too little of it is known.
  func fingerprint(by key: FingerprintKey) -> Fingerprint? {
    var opening = ReplyOpening()
    for place in 0..<count { opening.take(UInt8(truncatingIfNeeded: words[place >> 3] >> UInt64(8 &* (place & 7)))) }
    return opening.fingerprint(by: key, isWhole: count < Self.bytesMax)
  }

  /// Takes a part of a text, escapes and all.
  @inline(__always)
  mutating func take(_ part: RawSpan) {
    guard !isEnded, count < Self.bytesMax else { return }
    if count > 0 { return takeMore(part) }
    words = TextHash.row(of: part)
    count = min(part.byteCount, Self.bytesMax)
  }

  @inline(__always)
  mutating func endText() { if count > 0 { isEnded = true } }

  private mutating func takeMore(_ part: RawSpan) {
    var offset = 0
    while offset < part.byteCount, count < Self.bytesMax {
      let byte = part.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      words[count >> 3] |= UInt64(byte) << UInt64(8 &* (count & 7))
      count &+= 1
      offset &+= 1
    }
  }

  /// The rule by which the result is one of a failure.
  var failure: ToolResultFailure? {
    let text = plain
    let opening = text.drop { $0 == " " || $0 == "\n" || $0 == "[" }
    guard opening.hasPrefix("{") else { return Self.isErrorText(opening) ? .errorText : nil }
    var members = OpeningMembers(opening)
    while let member = members.next() {
      if member.isError { return .errorMember }
      // What clients make of a return value that is no object.
      if member.name == "result" || member.name == "output", Self.isErrorText(Substring(member.value)) {
        return .errorText
      }
    }
    return nil
  }

  /// The bytes as characters. What escapes stand for matters little here: those of blanks are blanks, of others the backslash is left
  /// out.
  private var plain: String {
    var text = ""
    var isEscaped = false
    for place in 0..<count {
      let byte = UInt8(truncatingIfNeeded: words[place >> 3] >> UInt64(8 &* (place & 7)))
      let isBlank = isEscaped && (byte == UInt8(ascii: "n") || byte == UInt8(ascii: "r") || byte == UInt8(ascii: "t"))
      isEscaped = byte == UInt8(ascii: "\\")
      if !isEscaped { text.unicodeScalars.append(isBlank ? " " : Unicode.Scalar(byte)) }
    }
    return text
  }

  /// Whether a text begins like an error: with what frameworks write (OpenAI's Agents SDK, LangGraph, CrewAI, Claude Code), or the
  /// name of an error (`ValueError: …`).
  private static func isErrorText(_ opening: Substring) -> Bool {
    if errorTexts.contains(where: opening.hasPrefix) || isAgentFailure(opening) { return true }
    let name = opening.prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
    let rest = opening.dropFirst(name.count)
    if name == "Error" || name == "ERROR" || name == "error" { return rest.isEmpty || rest.hasPrefix(":") }
    return (name.hasSuffix("Error") || name.hasSuffix("Exception")) && (rest.hasPrefix(":") || rest.hasPrefix("("))
  }

  /// What LangChain's agents write: `Tool 'read' failed after 1 attempt with ValueError: …`.
  private static func isAgentFailure(_ opening: Substring) -> Bool {
    guard opening.hasPrefix("Tool '") else { return false }
    let rest = opening.dropFirst("Tool '".count).drop { $0 != "'" }
    return rest.hasPrefix("' failed after ")
  }

  private static let errorTexts = [
    "Traceback (most recent call last)", "Error executing tool", "Error invoking tool", "An error occurred",
    "I encountered an error while trying to use the tool", "<tool_use_error>", "Tool execution failed",
  ]
}
