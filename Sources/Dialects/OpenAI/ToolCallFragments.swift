internal import Metering

/// Puts together the tool calls of a chat completion from the fragments of its stream, each call counted once.
///
/// A call's key is its choice's index and its own. The id and the name come in the first fragment only; a new id under
/// a known key, as some compatible servers send it, is a new call. A call without a name is none: some servers send
/// empty ones with every message.
struct ToolCallFragments {
  struct Key: Hashable {
    var choice: Int64
    /// The call's index within its choice; -1 for the legacy `function_call`.
    var index: Int64
  }

  private struct Entry {
    var id: String
    /// Where the call stands in the facts; nil until it has a name, -1 where it is counted but not kept.
    var place: Int?
  }

  /// The last call under each key; no more of them than calls are kept.
  private var entries: [Key: Entry] = [:]
  /// Whether a name always begins a call: Gemini's come whole, without ids, and may all have the same index.
  private let comeWhole: Bool

  init(comeWhole: Bool = false) { self.comeWhole = comeWhole }

  /// Takes a fragment that has an id, a name, arguments, or several of them.
  mutating func add(
    _ key: Key, id: String, name: String, arguments: ArgumentTexts.Text, to tally: inout ReplyTally
  ) {
    let isAnother =
      comeWhole && !name.isEmpty && entries[key].map { $0.place != nil && (id.isEmpty || $0.id != id) } == true
    guard var entry = entries[key], !isAnother, entry.id == id || entry.id.isEmpty || id.isEmpty else {
      var entry = Entry(id: id, place: nil)
      Self.count(&entry, name: name, &tally)
      if entries[key] != nil || entries.count < ReplyTally.toolCallsMax { entries[key] = entry }
      Self.add(arguments, to: entry, &tally)
      return
    }
    if entry.id.isEmpty, !id.isEmpty {
      entry.id = id
      if let place = entry.place, place >= 0 { tally.facts.toolCalls[place].id = id }
    }
    if entry.place == nil { Self.count(&entry, name: name, &tally) }
    entries[key] = entry
    Self.add(arguments, to: entry, &tally)
  }

  private static func add(_ arguments: ArgumentTexts.Text, to entry: Entry, _ tally: inout ReplyTally) {
    if let place = entry.place, place >= 0 { tally.arguments.add(arguments, to: place) }
  }

  private static func count(_ entry: inout Entry, name: String, _ tally: inout ReplyTally) {
    guard !name.isEmpty else { return }
    let place = tally.facts.toolCalls.count
    tally.addToolCall(id: entry.id, name: name)
    entry.place = tally.facts.toolCalls.count > place ? place : -1
  }
}
