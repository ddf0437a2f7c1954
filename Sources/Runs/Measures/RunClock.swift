public import Metering

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

  /// Time that has passed already, as far as it is known: how long models worked, and the rest.
  init(startsAt start: Int64, lastAt: Int64, modelMicroseconds: Int64) {
    self.init(startsAt: start)
    let passed = lastAt.excess(over: start)
    self.lastAt = max(start, lastAt)
    self.modelMicroseconds = min(passed, max(0, modelMicroseconds))
    idleMicroseconds = passed &- self.modelMicroseconds
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

/// How the time of a run was spent, in microseconds. The three parts add up to the whole.
public struct RunClockReading: Sendable, Equatable {
  public var startedAt: Timestamp
  /// When the last thing happened.
  public var lastAt: Timestamp
  public var modelMicroseconds: Int64
  public var toolMicroseconds: Int64
  public var idleMicroseconds: Int64

  /// From the first call to the last thing that happened.
  public var wallMicroseconds: Int64 { lastAt.unixMicroseconds.excess(over: startedAt.unixMicroseconds) }

  init(_ clock: RunClock) {
    startedAt = Timestamp(unixMicroseconds: clock.startedAt)
    lastAt = Timestamp(unixMicroseconds: clock.lastAt)
    modelMicroseconds = clock.modelMicroseconds
    toolMicroseconds = clock.toolMicroseconds
    idleMicroseconds = clock.idleMicroseconds
  }
}
