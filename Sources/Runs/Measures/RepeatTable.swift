internal import Dialects

/// How often an agent asked for the same tool with the same arguments, as far as that looks like a loop.
///
/// What counts is a streak. A call goes on with the streak of its twin if the reply that asks for it was made in the same thread
/// (``LoopThreads``), for a request that was sent after the reply with the twin: equal calls within one reply, or in replies that were
/// made at the same time, are one step of a fan-out. And a streak begins anew where there was progress or patience between the two: the
/// results of the twin and of the one before it differ and are no failures, or the agent waited (``LoopPatience``).
struct RepeatTable: Sendable, Equatable {
  /// How many calls are told apart, those of the most recent replies.
  static let callsMax = 256

  private struct Entry: Sendable, Equatable {
    var streak: Int64
    /// The reply that asked last.
    var sequence: Int64
    var askedAt: Int64
    /// What the models of its chain had worked by then.
    var modelWork: Int64
    var result: Fingerprint?
    /// Whether the last result differs from the one before.
    var hasChanged = false
  }

  /// When something happened, and how long the models of its chain had worked by then.
  struct Moment {
    var sequence: Int64
    var at: Int64
    var modelWork: Int64
  }

  private var entries: [UInt64: Entry] = [:]

  var bytes: Int { entries.capacity &* (MemoryLayout<Entry>.stride &+ 16) }

  /// What stands for a tool and its arguments, called in a thread.
  static func key(_ call: RunToolCall, thread: UInt64) -> UInt64? {
    guard let arguments = call.arguments else { return nil }
    var key = thread
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
  ///   - now: when the reply came.
  mutating func add(_ key: UInt64, begin: Moment, now: Moment, patience: LoopPatience) -> Step {
    guard var entry = entries[key] else {
      makeRoom()
      entries[key] = Entry(streak: 1, sequence: now.sequence, askedAt: now.at, modelWork: now.modelWork)
      return .fresh
    }
    guard begin.sequence > entry.sequence else { return .fresh }
    let work = begin.modelWork.excess(over: entry.modelWork)
    let isExcused = entry.hasChanged || patience.allows(begin.at.excess(over: entry.askedAt).excess(over: work))
    entry.streak = isExcused ? 1 : entry.streak &+ 1
    entry.sequence = now.sequence
    entry.askedAt = now.at
    entry.modelWork = now.modelWork
    entry.hasChanged = false
    entries[key] = entry
    return isExcused ? .excused : .again(entry.streak)
  }

  /// Takes the result of a call. Failures are no progress, however they are worded.
  mutating func answer(_ key: UInt64, _ result: ToolResultFacts) {
    guard result.failure == nil, let content = result.content, var entry = entries[key] else { return }
    entry.hasChanged = entry.result.map { $0 != content } ?? false
    entry.result = content
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
  /// How long it waits at least between the reply that asked and the request that asks again, the time of its models left out. Whether
  /// the agent waits between two calls or within its tool cannot be told apart: a tool that takes as long is patient too.
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Two seconds: more than most tools take, less than anybody waits who polls.
  public static let standard = LoopPatience(microseconds: 2_000_000)

  func allows(_ waited: Int64) -> Bool { waited >= microseconds }
}
