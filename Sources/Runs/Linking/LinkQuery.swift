public import Dialects
public import Metering

/// A request, by the words that its run may be found by: made before the book is asked, so that it is held no longer than is needed.
public struct LinkQuery: Sendable {
  let request: LinkRequest
  let now: Timestamp
  let scope: LinkKeys.Scope
  let nameKey: UInt64?
  let traceKey: UInt64?
  let responseKey: UInt64?
  let conversationKey: UInt64?
  /// Of all that the request says; nil where it has no messages.
  let ownKey: UInt64?
  /// Of the instructions; 0 where there are none.
  let instructions: UInt32
  private let keys: LinkKeys
  /// What the provider keeps of the conversation, before what the request says.
  private let base: UInt64
  private let words: UInt64

  /// - Parameter key: that of the book.
  public init(_ request: LinkRequest, by key: FingerprintKey, at now: Timestamp) {
    let keys = LinkKeys(key)
    self.request = request
    self.keys = keys
    self.now = now
    let scope = keys.scope(of: request.caller)
    self.scope = scope
    nameKey = request.name.map { keys.link(.name, $0.text, in: scope.tenant) }
    traceKey = request.traceID.map { keys.link(.trace, $0, in: scope.workflow) }
    let facts = request.conversation
    responseKey = facts?.previousResponse.map { keys.link(.response, $0, in: scope.workflow) }
    conversationKey = facts?.conversation.map { keys.link(.conversation, $0, in: scope.workflow) }
    instructions = facts?.instructions.map { UInt32(truncatingIfNeeded: $0.bits) } ?? 0
    base = keys.mixed(facts?.previousResponse?.bits ?? 0, facts?.conversation?.bits ?? 0)
    words = request.node.map { keys.link(.node, $0, in: scope.caller) } ?? scope.caller
    ownKey = facts?.boundaries.last.map { [words, base] in Self.key(of: $0, base: base, words: words, by: keys) }
  }

  /// What a run that begins with the call is told by.
  var sourceOfNew: RunSource {
    guard let name = request.name else { return .new }
    return name.isSession ? .session : .explicit
  }

  var seconds: UInt32 { UInt32(clamping: now.unixMicroseconds / 1_000_000) }

  /// Tells callers with the same key and workflow apart.
  var callerEvidence: UInt32 { UInt32(truncatingIfNeeded: scope.caller) }

  func key(of boundary: MessageBoundary) -> UInt64 {
    Self.key(of: boundary, base: base, words: words, by: keys)
  }

  private static func key(of boundary: MessageBoundary, base: UInt64, words: UInt64, by keys: LinkKeys) -> UInt64 {
    keys.link(.prefix, Fingerprint(bits: keys.mixed(boundary.prefix.bits, base)), in: words)
  }

  func key(ofToolCall print: Fingerprint) -> UInt64 { keys.link(.toolCall, print, in: scope.workflow) }
}
