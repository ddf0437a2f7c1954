internal import Metering

/// Puts together the tool calls of a chat completion from the fragments of its stream, each call counted once.
///
/// A call's key is its choice's index and its own. The id and the name come in the first fragment only; a new id under
/// a known key, as some compatible servers send it, is a new call. A call without a name is none: some servers send
/// empty ones with every message.
struct ToolCallFragments {
  struct Key: Equatable {
    var choice: Int64
    /// The call's index within its choice; -1 for the legacy `function_call`.
    var index: Int64
  }

  private struct Entry {
    var key: Key
    var id: String
    /// Where the call stands in the facts; nil until it has a name, -1 where it is counted but not kept.
    var place: Int?
  }

  private var entries: [Entry] = []

  /// Takes a fragment that has an id, a name or both.
  mutating func add(_ key: Key, id: String, name: String, to tally: inout ReplyTally) {
    let known = entries.lastIndex { $0.key == key && ($0.id == id || $0.id.isEmpty || id.isEmpty) }
    guard let known else {
      var entry = Entry(key: key, id: id, place: nil)
      Self.count(&entry, name: name, &tally)
      if entries.count < ReplyTally.toolCallsMax { entries.append(entry) }
      return
    }
    if entries[known].id.isEmpty, !id.isEmpty {
      entries[known].id = id
      if let place = entries[known].place, place >= 0 { tally.facts.toolCalls[place].id = id }
    }
    if entries[known].place == nil { Self.count(&entries[known], name: name, &tally) }
  }

  private static func count(_ entry: inout Entry, name: String, _ tally: inout ReplyTally) {
    guard !name.isEmpty else { return }
    let place = tally.facts.toolCalls.count
    tally.addToolCall(id: entry.id, name: name)
    entry.place = tally.facts.toolCalls.count > place ? place : -1
  }
}
