/// How the time of a run passes: at each moment in models, else in tools, else in neither.
///
/// Time is split as it passes, by how much was going on: so overlaps are counted once, whatever their number.
struct RunClock: Sendable, Equatable {
  /// When the first call began, and when the last thing happened, in microseconds since 1970.
  private(set) var startedAt: Int64
  private(set) var lastAt: Int64
  /// The time in which a call of a model was in flight.
  private(set) var modelMicroseconds: Int64 = 0
  /// The time in which none was, and a tool was being called.
  private(set) var toolMicroseconds: Int64 = 0
  /// The rest.
  private(set) var idleMicroseconds: Int64 = 0

  private(set) var models = 0
  private(set) var tools = 0

  init(startsAt microseconds: Int64) {
    startedAt = microseconds
    lastAt = microseconds
  }

  /// Goes on to a time; one that lies before the last one is that one.
  mutating func advance(to microseconds: Int64) {
    let passed = microseconds.excess(over: lastAt)
    if models > 0 {
      modelMicroseconds = modelMicroseconds.saturatingAdd(passed)
    } else if tools > 0 {
      toolMicroseconds = toolMicroseconds.saturatingAdd(passed)
    } else {
      idleMicroseconds = idleMicroseconds.saturatingAdd(passed)
    }
    lastAt = max(lastAt, microseconds)
  }

  mutating func addModel(_ count: Int) { models = max(0, models &+ count) }
  mutating func setTools(_ count: Int) { tools = count }
}
