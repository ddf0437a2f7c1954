internal import JSON
internal import Metering

/// The tools that Groq ran for a reply. Its streams show a tool again when it has ended.
///
/// https://console.groq.com/docs/compound/built-in-tools
struct ExecutedTools {
  /// How many tools of one reply are told apart.
  private static let toolsMax = 1024

  private var seen: [Key] = []
  private var searches: Int64 = 0

  private struct Key: Equatable {
    var choice: Int64
    var index: Int64
  }

  mutating func add(choice: Int64, index: Int64, type: String, to tally: inout ReplyTally) {
    let key = Key(choice: choice, index: index)
    guard !type.isEmpty, seen.count < Self.toolsMax, !seen.contains(key) else { return }
    seen.append(key)
    tally.addServerToolCall(name: type)
    if type.utf8.count >= 6, type.contains("search") { searches &+= 1 }
  }

  /// Adds the searches, which are billed by their number, to what the reply used.
  func complete(_ tally: inout ReplyTally) {
    guard searches > 0, var usage = tally.usage, usage[.webSearch] < searches else { return }
    usage[.webSearch] = searches
    tally.report(usage, others: tally.otherUsage)
  }
}
