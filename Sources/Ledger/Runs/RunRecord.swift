public import Metering

/// A run: what its calls came to so far, and how it ended.
public struct RunRecord: Sendable, Equatable {
  /// What the caller named it, or the id that it was given.
  public var id: String
  public var startedAt: Timestamp
  /// When the last of its calls ended.
  public var lastAt: Timestamp
  /// Of its first call.
  public var agent: String
  public var workflow: String
  /// What linked its first call; nil where that is not known (a run of an older version).
  public var source: RunSource?
  public var parentRun: String?
  public var llmCalls: Int64
  /// Calls that failed.
  public var errors: Int64
  /// Calls that a client sent again.
  public var retries: Int64
  /// What models asked the agent to run.
  public var toolCalls: Int64
  /// What providers ran themselves.
  public var serverToolCalls: Int64
  public var toolResults: Int64
  /// Results that say that their tool failed.
  public var toolErrors: Int64
  /// Calls whose model has no price.
  public var unpricedCalls: Int64
  /// With what was booked for its calls afterwards.
  public var costPicodollars: Int128
  public var inputTokens: Int64
  public var outputTokens: Int64
  /// How long its calls took, one after the other.
  public var modelMicroseconds: Int64
  /// The most agents that stood above one that called.
  public var depth: Int64
  /// The most tool calls that one reply asked for.
  public var fanoutMax: Int64
  /// Nil while it goes on.
  public var end: End?

  /// How a run ended.
  public struct End: Sendable, Equatable {
    public var at: Timestamp
    public var outcome: String
    /// What else is known of it by then: a JSON object.
    public var document: String

    public init(at: Timestamp, outcome: String, document: String) {
      self.at = at
      self.outcome = outcome
      self.document = document
    }
  }

  /// From the beginning of the first call to the end of the last.
  public var wallMicroseconds: Int64 { max(0, lastAt.unixMicroseconds &- startedAt.unixMicroseconds) }
}

/// Which runs to list, and in which order. What is nil does not filter.
public struct RunFilter: Sendable {
  /// What the greatest of comes first. The raw value stands in the API.
  public enum Order: String, Sendable, CaseIterable {
    case started
    case cost
    case llmCalls = "llm_calls"
    case toolCalls = "tool_calls"
    case fanout = "fanout"
    case errors
    case toolErrors = "tool_errors"
    case duration
  }

  public var agent: String?
  public var workflow: String?
  public var parentRun: String?
  public var outcome: String?
  /// Whether it ended, and not well; false for those that ended well.
  public var hasFailed: Bool?
  /// Whether it goes on.
  public var isLive: Bool?
  /// Runs that began at this time or later.
  public var from: Timestamp?
  /// Runs that began before this time.
  public var to: Timestamp?
  public var order = Order.started
  /// How many to leave out: those of the pages before.
  public var offset = 0
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}
}

/// A run with its calls, and the runs that it started.
public struct RunDetail: Sendable {
  /// How many calls and runs are listed.
  public static let rowsMax = 1_000

  public var run: RunRecord
  /// Its calls, the first one first; of more than ``rowsMax`` the last ones.
  public var calls: [CallRecord]
  /// How many there are, listed or not.
  public var callCount: Int64
  /// The tools that the reply of each call asked for, with what became of them.
  public var tools: [CallID: [RunTool]]
  /// What was noticed of the run and its calls, in that order; of more than ``rowsMax`` the last ones.
  public var events: [RunEvent]
  /// The runs that name this one as their parent, the first one first; of more than ``rowsMax`` the last ones.
  public var children: [RunRecord]
}
