internal import Budgets
internal import Dialects
internal import Metering

/// What a monitor keeps of a run.
struct MonitoredRun: Sendable {
  var name: String
  var agent: String
  var workflow: String
  var tally: RunTally
  var guardrails = GuardrailState()
  var anomalies = RunAnomalies()
  /// How the last reply ended; nil until one did.
  var ending: ReplyEnding?
  var failure: RunFailure?

  init(_ call: BudgetCall, _ tally: RunTally) {
    name = call.run ?? call.id.description
    agent = call.agent
    workflow = call.workflow
    self.tally = tally
  }

  /// What its place in the table and the heads of its collections take.
  private static let bytesMin = 1_024

  /// About how much memory it takes.
  var bytes: Int {
    Self.bytesMin &+ name.utf8.count &+ agent.utf8.count &+ workflow.utf8.count &+ tally.bytes &+ guardrails.bytes
      &+ MemoryLayout<Self>.stride &- MemoryLayout<RunTally>.stride
  }
}

/// The runs that a monitor keeps, in the order in which something happened to them last.
struct MonitoredRuns: Sendable {
  private struct Entry: Sendable {
    var slot: RunSlot
    /// Nil while it is taken out.
    var run: MonitoredRun?
    var bytes = 0
    var older = -1
    var newer = -1
  }

  private var entries: [Entry?] = []
  private var free: [Int] = []
  private var places: [RunSlot: Int] = [:]
  private var oldestPlace = -1
  private var newestPlace = -1

  /// About how much memory all of them take.
  private(set) var bytes = 0

  var count: Int { places.count }

  /// The run to which nothing happened for longest.
  var oldest: RunSlot? { entries.indices.contains(oldestPlace) ? entries[oldestPlace]?.slot : nil }

  func contains(_ slot: RunSlot) -> Bool { places[slot] != nil }

  subscript(slot: RunSlot) -> MonitoredRun? { places[slot].flatMap { entries[$0]?.run } }

  /// The runs that are called so: of several callers, where they named theirs alike.
  func slots(named name: String) -> [RunSlot] {
    entries.compactMap { entry in entry?.run?.name == name ? entry?.slot : nil }
  }

  /// Changes a run in its place, and makes it the newest.
  ///
  /// - Returns: nil where it is not there.
  mutating func change<Result>(_ slot: RunSlot, _ change: (inout MonitoredRun) -> Result) -> Result? {
    guard let place = places[slot], var run = entries[place]?.run.take() else { return nil }
    let result = change(&run)
    settle(run, at: place)
    unlink(place)
    append(place)
    return result
  }

  /// Puts a run where none is.
  mutating func insert(_ run: MonitoredRun, at slot: RunSlot) {
    guard places[slot] == nil else { return }
    let place = free.popLast() ?? entries.count
    let entry = Entry(slot: slot)
    if place == entries.count { entries.append(entry) } else { entries[place] = entry }
    places[slot] = place
    settle(run, at: place)
    append(place)
  }

  mutating func remove(_ slot: RunSlot) -> MonitoredRun? {
    guard let place = places.removeValue(forKey: slot) else { return nil }
    unlink(place)
    let entry = entries[place].take()
    bytes &-= entry?.bytes ?? 0
    free.append(place)
    return entry?.run
  }

  /// Changes what the guardrails of all runs remember.
  mutating func changeGuardrails(_ change: (inout GuardrailState) -> Void) {
    for place in entries.indices {
      guard var run = entries[place]?.run.take() else { continue }
      change(&run.guardrails)
      settle(run, at: place)
    }
  }

  private mutating func settle(_ run: MonitoredRun, at place: Int) {
    let now = run.bytes
    bytes &+= now &- (entries[place]?.bytes ?? 0)
    entries[place]?.bytes = now
    entries[place]?.run = run
  }

  private mutating func append(_ place: Int) {
    entries[place]?.older = newestPlace
    entries[place]?.newer = -1
    if newestPlace >= 0 { entries[newestPlace]?.newer = place } else { oldestPlace = place }
    newestPlace = place
  }

  private mutating func unlink(_ place: Int) {
    guard let entry = entries[place] else { return }
    if entry.older >= 0 { entries[entry.older]?.newer = entry.newer } else { oldestPlace = entry.newer }
    if entry.newer >= 0 { entries[entry.newer]?.older = entry.older } else { newestPlace = entry.older }
  }
}
