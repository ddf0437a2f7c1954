import Dialects
import Metering
import Synchronization
import Tokenizers

/// What the calls of a model and workflow have shown of their tokens: how many there are for what Tollgate counts, and for each
/// byte of text. In memory only: it is learned anew within a few calls.
final class LearnedCounts: Sendable {
  /// How many pairs of model and workflow are known; with one more, the one that came first is forgotten.
  fileprivate static let entriesMax = 4_096
  /// With how many calls of a workflow its prompts need not be counted to learn from them.
  private static let promptSamples = 4

  struct Key: Hashable {
    var model: String
    /// Nil for all workflows together.
    var workflow: String?
  }

  struct Entry {
    var family = TokenizerFamily.other
    var promptByCount = LearnedRatio()
    var promptByBytes = LearnedRatio()
    var outputByCount = LearnedRatio()
    /// Tokens of the last prompt that stand in a cache now: read from it, or written to it.
    var cachedTokens: Int64 = 0
    var outputByBytes = LearnedRatio()
  }

  fileprivate struct Table {
    var entries: [Key: Entry] = [:]
    /// The keys in the order in which they came, in a ring.
    var order: [Key] = []
    var oldest = 0
  }

  private let table = Mutex(Table())

  /// The family of a model's tokenizer: looked up, since a name takes microseconds to read.
  func family(model: String?) -> TokenizerFamily {
    guard let model else { return .other }
    return table.withLock { $0.entry(Key(model: model, workflow: nil)).family }
  }

  /// What is known of a workflow's calls, and of all calls of its model.
  func known(model: String, workflow: String) -> (ofWorkflow: Entry?, ofModel: Entry?) {
    table.withLock {
      ($0.entries[Key(model: model, workflow: workflow)], $0.entries[Key(model: model, workflow: nil)])
    }
  }

  /// Whether a workflow's prompts are to be counted to learn how its text counts.
  func wantsPromptCount(model: String, workflow: String) -> Bool {
    table.withLock {
      $0.entries[Key(model: model, workflow: workflow)].map { $0.promptByBytes.samples < Self.promptSamples } ?? true
    }
  }

  /// Learns from a call whose usage the provider reported.
  func learn(model: String, workflow: String, _ change: (inout Entry) -> Void) {
    table.withLock {
      $0.change(Key(model: model, workflow: workflow), change)
      $0.change(Key(model: model, workflow: nil), change)
    }
  }
}

extension LearnedCounts.Table {
  fileprivate mutating func entry(_ key: LearnedCounts.Key) -> LearnedCounts.Entry {
    if let entry = entries[key] { return entry }
    var entry = LearnedCounts.Entry()
    entry.family = TokenizerFamily(model: key.model)
    insert(entry, key)
    return entry
  }

  fileprivate mutating func change(_ key: LearnedCounts.Key, _ change: (inout LearnedCounts.Entry) -> Void) {
    var changed = entry(key)
    change(&changed)
    entries[key] = changed
  }

  private mutating func insert(_ entry: LearnedCounts.Entry, _ key: LearnedCounts.Key) {
    if order.count < LearnedCounts.entriesMax {
      order.append(key)
    } else {
      entries[order[oldest]] = nil
      order[oldest] = key
      oldest = (oldest + 1) % order.count
    }
    entries[key] = entry
  }
}
