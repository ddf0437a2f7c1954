public import Metering

/// Where a call belongs.
public struct LinkedCall: Sendable, Equatable {
  /// The run's name, or its id where it has none.
  public var run: String
  /// What told it, and where in the run's tree the call stands.
  public var place: RunPlace
  /// Whether the run begins with the call.
  public var isNew: Bool
  /// Which run of the book: tells runs of different callers apart that have the same name. Never used again while any link has it.
  public var slot: RunSlot
  /// The link of the call's words; nil where it has none.
  var words: UInt64?
  var scope: LinkKeys.Scope
}

/// Why a run ended.
public enum RunEndReason: String, Sendable, CaseIterable {
  /// It had no call for long.
  case idle
  /// Someone said so.
  case ended
  /// There were too many runs.
  case displaced
}

/// A run that ended: each is told once.
public struct EndedRun: Sendable, Equatable {
  public var run: String
  /// That of its ``LinkedCall``s.
  public var slot: RunSlot
  public var reason: RunEndReason
  public var startedAt: Timestamp
  /// When its last call was linked or recorded.
  public var lastCallAt: Timestamp
  public var calls: Int
  public var parentRun: String?
  /// How many runs and agents stand above its first agent.
  public var depth: Int
}
