internal import NIOHTTP1

/// What a request's fields say about opening a WebSocket, gathered as they are checked.
struct WebSocketOffer: Equatable {
  /// The only version of the protocol.
  static let version = "13"
  /// A key is sixteen bytes in base64 (RFC 6455, section 4.1).
  private static let keyBytes = 24
  /// What OpenAI's browser clients put their key behind, as a subprotocol.
  private static let apiKeyPrefix: StaticString = "openai-insecure-api-key."

  /// Whether `Upgrade` is `websocket`.
  var isAsked = false
  var key: String?
  var version: String?
  private var hasUpgradeOption = false

  mutating func readConnection(_ value: String) {
    if Self.hasUpgradeOption(value) { hasUpgradeOption = true }
  }

  /// Whether `upgrade` is among the options of a `Connection` field. A tab between them is not taken: NIO's decoder would not
  /// see the option behind it, and read frames as HTTP.
  static func hasUpgradeOption(_ connection: String) -> Bool {
    !connection.utf8.contains(0x09) && !forEachListMember(of: connection) { !$0.equalsIgnoringCase("upgrade") }
  }

  /// Whether the request opens a WebSocket. One that asks for it in any other than the one form is refused (RFC 6455, section
  /// 4.2.1), since what follows would be frames to one reader and a request to another.
  func check(method: HTTPMethod, isOldVersion: Bool, hasBody: Bool) throws(Rejection) -> Bool {
    guard isAsked else { return false }
    guard method == .GET, !isOldVersion, !hasBody else {
      throw Rejection(.webSocket, "A WebSocket is opened by a GET of HTTP/1.1 without a body.")
    }
    guard hasUpgradeOption else {
      throw Rejection(.webSocket, "The request has 'Upgrade: websocket' but not 'Connection: upgrade'.")
    }
    guard version == Self.version else {
      throw Rejection(.webSocketVersion, "The only Sec-WebSocket-Version served here is 13.")
    }
    guard let key, Self.isKey(key) else {
      throw Rejection(.webSocket, "The Sec-WebSocket-Key field is missing, or is not sixteen bytes in base64.")
    }
    return true
  }

  private static func isKey(_ key: String) -> Bool {
    key.withBytes { bytes in
      guard bytes.count == keyBytes, bytes[22] == UInt8(ascii: "="), bytes[23] == UInt8(ascii: "=") else {
        return false
      }
      return base64.containsAll(of: bytes.extracting(0..<22))
    }
  }

  private static let base64 = ByteSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

  /// The key that browser clients name among the subprotocols, since they cannot set a field; it is never stored or printed.
  static func apiKey(inProtocols value: String) -> String? {
    var key: String?
    _ = forEachListMember(of: value) { member in
      if member.hasPrefixIgnoringCase(apiKeyPrefix) {
        let start = apiKeyPrefix.utf8CodeUnitCount
        key = member.extracting(start..<member.count).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      }
      return key == nil
    }
    return key?.isEmpty == true ? nil : key
  }

  /// The subprotocols without the key among them; nil where nothing is left.
  static func withoutAPIKey(_ value: String) -> String? {
    var others: [String] = []
    forEachListMember(of: value) { member in
      if !member.hasPrefixIgnoringCase(apiKeyPrefix) {
        others.append(member.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
      }
      return true
    }
    return others.isEmpty ? nil : others.joined(separator: ", ")
  }
}
