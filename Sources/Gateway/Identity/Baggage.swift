/// What the caller's `baggage` says of agent, workflow and run (W3C Baggage, section 3), under OpenTelemetry's names for
/// generative AI. Everything else in it is none of Tollgate's business, and passes.
struct Baggage {
  /// The standard asks for 64 members and 8192 bytes; what is longer is not read.
  static let bytesMax = 8192
  static let membersMax = 64

  var agent: String?
  var workflow: String?
  var run: String?

  mutating func read(_ value: String) {
    guard value.utf8.count <= Self.bytesMax else { return }
    var members = 0
    forEachListMember(of: value) { member in
      members += 1
      readMember(member)
      return members < Self.membersMax
    }
  }

  private mutating func readMember(_ member: borrowing Span<UInt8>) {
    if agent == nil { agent = Self.value(of: "gen_ai.agent.name", in: member) }
    if workflow == nil { workflow = Self.value(of: "gen_ai.workflow.name", in: member) }
    if run == nil { run = Self.value(of: "gen_ai.conversation.id", in: member) }
  }

  /// The value of `key=value;properties`, decoded and made fit to be a name.
  private static func value(of key: StaticString, in member: borrowing Span<UInt8>) -> String? {
    guard member.hasPrefix(key) else { return nil }
    var start = key.utf8CodeUnitCount
    while start < member.count, member[start] == 0x20 || member[start] == 0x09 { start += 1 }
    guard start < member.count, member[start] == UInt8(ascii: "=") else { return nil }
    start += 1
    while start < member.count, member[start] == 0x20 || member[start] == 0x09 { start += 1 }
    var end = start
    while end < member.count, member[end] > 0x20, member[end] != UInt8(ascii: ";") { end += 1 }
    let written = member.extracting(start..<end).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    return IdentityValue.percentDecoded(written).flatMap(IdentityValue.inferred)
  }
}
