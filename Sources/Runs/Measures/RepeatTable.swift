internal import Dialects

/// How often an agent asked for the same tool with the same arguments, as far as that looks like a loop.
///
/// What counts is a streak. A call goes on with the streak of its twin if the reply that asks for it was made by an agent that had seen
/// the reply with the twin: equal calls within one reply, or in replies that were made at the same time, are one step of a fan-out.
/// And a streak begins anew where there was progress or patience between the two: the results of the twin and of the one before it
/// differ, or the agent waited (``LoopPatience``).
struct RepeatTable: Sendable, Equatable {
  /// How many calls are told apart, those of the most recent replies.
  static let callsMax = 256

  private struct Entry: Sendable, Equatable {
    var streak: Int64
    /// The reply that asked last.
    var sequence: Int64
    var askedAt: Int64
    /// What the agent's models had worked by then.
    var modelWork: Int64
    /// How long the last one took to be answered; 0 until it is.
    var took: Int64 = 0
    var result: Fingerprint?
    /// Whether the last result differs from the one before.
    var hasChanged = false
  }

  /// When the call that asks again began, and what was known by then.
  struct Moment {
    var sequence: Int64
    var startedAt: Int64
    var modelWork: Int64
  }

  private var entries: [UInt64: Entry] = [:]

  /// What stands for a tool and its arguments, called by an agent.
  static func key(_ call: RunToolCall, node: Fingerprint) -> UInt64? {
    guard let arguments = call.arguments else { return nil }
    var key = node.bits
    key = (key ^ key >> 29 ^ call.name.bits) &* 0xBF58_476D_1CE4_E5B9
    key = (key ^ key >> 32 ^ arguments) &* 0x94D0_49BB_1331_11EB
    return key ^ key >> 31
  }

  /// What a call that is asked for comes to.
  enum Step: Equatable {
    /// New, or beside its twin.
    case fresh
    /// Equal to an earlier one, but behind progress or patience.
    case excused
    /// So many in a row, this one included.
    case again(Int64)
  }

  /// Takes a call of a reply.
  ///
  /// - Parameters:
  ///   - begin: when the call that brought the reply began.
  ///   - now: the reply's own number, time and work.
  mutating func add(_ key: UInt64, begin: Moment, now: Moment, patience: LoopPatience) -> Step {
    guard var entry = entries[key] else {
      makeRoom()
      entries[key] = Entry(streak: 1, sequence: now.sequence, askedAt: now.startedAt, modelWork: now.modelWork)
      return .fresh
    }
    guard begin.sequence > entry.sequence else { return .fresh }
    let isExcused = entry.hasChanged || patience.waited(since: entry.askedAt, entry.modelWork, entry.took, begin)
    entry.streak = isExcused ? 1 : entry.streak &+ 1
    entry.sequence = now.sequence
    entry.askedAt = now.startedAt
    entry.modelWork = now.modelWork
    entry.took = 0
    entry.hasChanged = false
    entries[key] = entry
    return isExcused ? .excused : .again(entry.streak)
  }

  /// Takes the result of a call.
  mutating func answer(_ key: UInt64, took: Int64, result: Fingerprint?) {
    guard var entry = entries[key] else { return }
    entry.took = max(entry.took, took)
    if let result {
      entry.hasChanged = entry.result.map { $0 != result } ?? false
      entry.result = result
    }
    entries[key] = entry
  }

  private mutating func makeRoom() {
    guard entries.count >= Self.callsMax, let oldest = entries.min(by: { $0.value.sequence < $1.value.sequence }) else {
      return
    }
    entries[oldest.key] = nil
  }
}

/// When an agent that asks the same again is a patient one rather than one that is caught in a loop.
public struct LoopPatience: Sendable, Hashable {
  /// How long it waits at least: time in which neither its models nor the tool that is asked for again worked. A tool that itself
  /// takes ten times as long waits for it.
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// A second.
  public static let standard = LoopPatience(microseconds: 1_000_000)

  static let toolFactor: Int64 = 10

  /// Whether it waited between a call and the beginning of the one that asks again.
  func waited(since askedAt: Int64, _ modelWork: Int64, _ took: Int64, _ begin: RepeatTable.Moment) -> Bool {
    if took >= microseconds.saturatingMultiply(Self.toolFactor) { return true }
    let work = begin.modelWork.excess(over: modelWork).saturatingAdd(took)
    return begin.startedAt.excess(over: askedAt).excess(over: work) >= microseconds
  }
}
