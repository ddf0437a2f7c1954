internal import Metering

/// A run that has not ended.
struct OpenRun: Sendable {
  var id: String
  var startedAt: Timestamp
  var lastCallAt: Timestamp
  var calls = 0
  /// Calls that wait for their reply: the run does not end before them.
  var callsInFlight = 0
  var parentRun: String?
  /// How many runs and agents stand above its first agent.
  var depth = 0
  /// The word that its name or id is found by.
  var nameKey: UInt64
  /// The ``RunChangeLog`` that listed it last.
  var changeLog: UInt32 = 0

  mutating func change(_ change: (inout OpenRun) -> Void) { change(&self) }
}

extension OpenRun {
  func ended(_ reason: RunEndReason, slot: RunSlot) -> EndedRun {
    EndedRun(
      run: id, slot: slot, reason: reason, startedAt: startedAt, lastCallAt: lastCallAt, calls: calls,
      parentRun: parentRun, depth: depth)
  }
}
