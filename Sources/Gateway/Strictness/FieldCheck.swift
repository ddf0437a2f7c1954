/// Checks the fields of a request one by one and keeps what the rest of the check needs.
struct FieldCheck {
  private(set) var host: String?
  private(set) var origin: String?
  private(set) var contentLength: Int64?
  private(set) var isChunked = false
  private(set) var expectsContinue = false
  private(set) var isFromOtherSite = false
  private(set) var hasAnthropicVersion = false
  private(set) var offersUpgrade = false
  private(set) var webSocket = WebSocketOffer()
  private var headBytes: Int
  private var fields = 0
  /// One bit for each field that may not come twice.
  private var seen: UInt32 = 0

  /// - Parameter headBytes: how long the request line's target is.
  init(headBytes: Int) {
    self.headBytes = headBytes
  }

  mutating func take(_ name: String, _ value: String) throws(Rejection) {
    try takeSize(name: name, value: value)
    let (isName, field) = name.withBytes { bytes in
      (
        bytes.count > 0 && ByteSet.token.containsAll(of: bytes) && !Self.imitatesFraming(bytes),
        KnownField(bytes: bytes)
      )
    }
    guard isName else {
      throw Rejection(.fieldName, "The name of header field \(fields) is malformed or imitates a framing field.")
    }
    guard value.withBytes({ $0.isFieldValue() }) else {
      throw Rejection(
        .fieldValue, "The value of the header field '\(name)' has a control byte or a byte that is not UTF-8.")
    }
    if let field { try takeKnown(field, name: name, value) }
  }

  private mutating func takeSize(name: String, value: String) throws(Rejection) {
    let fieldBytes = name.utf8.count + value.utf8.count
    fields += 1
    headBytes += fieldBytes + 4
    guard fields <= HeadLimits.fieldsMax, fieldBytes <= HeadLimits.fieldBytesMax, headBytes <= HeadLimits.headBytesMax
    else { throw Rejection(.headTooLarge, HeadLimits.explanation) }
  }

  private mutating func takeKnown(_ field: KnownField, name: String, _ value: String) throws(Rejection) {
    if let bit = field.onceBit {
      guard seen & 1 << bit == 0 else {
        throw Rejection(.fieldRepeated, "The request has more than one '\(name.lowercased())' field.")
      }
      seen |= 1 << bit
    }
    switch field {
    case .host: host = value
    case .origin: origin = value
    case .contentLength: contentLength = try Self.length(value)
    case .transferEncoding:
      guard value.equalsIgnoringCase("chunked") else {
        throw Rejection(.transferEncoding, "The only Transfer-Encoding taken here is 'chunked'.")
      }
      isChunked = true
    case .expect:
      guard value.equalsIgnoringCase("100-continue") else {
        throw Rejection(.expectation, "The only expectation met here is 'Expect: 100-continue'.")
      }
      expectsContinue = true
    case .fetchSite:
      isFromOtherSite = value.equalsIgnoringCase("cross-site") || value.equalsIgnoringCase("same-site")
    case .upgrade:
      webSocket.isAsked = try Self.asksForWebSocket(value)
      offersUpgrade = true
    case .connection:
      try Self.checkConnection(value)
      webSocket.readConnection(value)
    case .webSocketKey: webSocket.key = value
    case .webSocketVersion: webSocket.version = value
    case .anthropicVersion: hasAnthropicVersion = true
    default: break
    }
  }

  /// Whether a name is that of a framing field but for `_` in the place of `-`. Servers that hand fields to programs as
  /// variables take the two for the same (RFC 3875, section 4.1.18).
  private static func imitatesFraming(_ name: borrowing Span<UInt8>) -> Bool {
    name.equalsIgnoringCase("content_length") || name.equalsIgnoringCase("transfer_encoding")
  }

  /// Digits without leading zeros that fit 63 bits (RFC 9112, section 6.3, where it leaves a choice: refuse).
  private static func length(_ value: String) throws(Rejection) -> Int64 {
    let isPlain = value.withBytes { ByteSet.digits.containsAll(of: $0) } && (value == "0" || value.utf8.first != 0x30)
    guard isPlain, let length = Int64(value) else {
      throw Rejection(.contentLength, "The Content-Length field is not a plain number of bytes.")
    }
    return length
  }

  /// Whether the upgrade is one to a WebSocket. Any other may be ignored (RFC 9110, section 7.8), but a choice between the two
  /// could be made in two ways.
  private static func asksForWebSocket(_ value: String) throws(Rejection) -> Bool {
    let isOther = forEachListMember(of: value) { !$0.equalsIgnoringCase("websocket") }
    guard isOther || value.equalsIgnoringCase("websocket") else {
      throw Rejection(.webSocket, "An Upgrade to a WebSocket cannot be offered beside another one.")
    }
    return !isOther
  }

  /// The options must be names, and may not take away what decides meaning, length or who pays.
  private static func checkConnection(_ value: String) throws(Rejection) {
    let isHarmless = forEachListMember(of: value) { option in
      ByteSet.token.containsAll(of: option) && !KnownField.isProtected(option)
    }
    guard isHarmless else {
      throw Rejection(.connectionOption, "The Connection field is malformed or names a field that must be kept.")
    }
  }
}

extension KnownField {
  /// A bit of its own for a field of which a second one makes a request ambiguous; nil for any other.
  fileprivate var onceBit: UInt32? {
    switch self {
    case .host: 0
    case .contentLength: 1
    case .transferEncoding: 2
    case .expect: 3
    case .contentType: 4
    case .authorization: 5
    case .apiKeyOfAnthropic: 6
    case .apiKeyOfAzure: 7
    case .apiKeyOfGoogle: 8
    case .chatGPTAccount: 9
    case .origin: 10
    case .fetchSite: 11
    case .tollgateAgent: 12
    case .tollgateWorkflow: 13
    case .tollgateRun: 14
    case .tollgateParentRun: 15
    case .upgrade: 16
    case .webSocketKey: 17
    case .webSocketVersion: 18
    default: nil
    }
  }

  /// Whether `Connection` may not name it: the field would be lost on the way, or framing would change (RFC 9110,
  /// section 7.6.1).
  fileprivate static func isProtected(_ name: borrowing Span<UInt8>) -> Bool {
    if name.hasPrefixIgnoringCase("anthropic-") || name.hasPrefixIgnoringCase("openai-")
      || name.hasPrefixIgnoringCase("x-goog-") || name.hasPrefixIgnoringCase("x-tollgate-")
    {
      return true
    }
    switch KnownField(bytes: name) {
    case .host, .contentLength, .transferEncoding, .expect, .contentType, .contentEncoding, .acceptEncoding,
      .authorization, .apiKeyOfAnthropic, .apiKeyOfAzure, .apiKeyOfGoogle, .chatGPTAccount, .cookie, .origin,
      .fetchSite, .userAgent:
      return true
    default: return false
    }
  }
}
