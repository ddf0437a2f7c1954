import Synchronization

/// What was noticed of calls that are not settled, on its way to the writer.
final class RunEventQueue: Sendable {
  /// How many wait at most; others are lost.
  static let eventsMax = 4_096

  private let events = Mutex<[RunEvent]>([])

  /// Adds events as far as there is room.
  ///
  /// - Returns: whether nobody has been asked to take them yet, and how many there was no room for.
  func put(_ new: [RunEvent]) -> (isFirst: Bool, lost: Int) {
    events.withLock { events in
      let isFirst = events.isEmpty && !new.isEmpty
      let kept = new.prefix(Self.eventsMax - events.count)
      events += kept
      return (isFirst, new.count - kept.count)
    }
  }

  func take() -> [RunEvent] {
    events.withLock { events in
      defer { events = [] }
      return events
    }
  }
}
