internal import Budgets
internal import Dialects
internal import Metering

/// What a monitor keeps of a run.
struct MonitoredRun: Sendable {
  var name: String
  var agent: String
  var workflow: String
  /// The newest of its calls.
  var lastCall: CallID
  var tally: RunTally
  var guardrails = GuardrailState()
  var anomalies = RunAnomalies()
  /// How the last reply ended; nil until one did.
  var ending: ReplyEnding?
  var failure: RunFailure?
  /// Whether it began before this process did.
  var isRestored = false

  init(_ call: BudgetCall, _ tally: RunTally) {
    name = call.run ?? call.id.description
    agent = call.agent
    workflow = call.workflow
    lastCall = call.id
    self.tally = tally
  }

  /// Whether how it ended was seen by the process before, and by nobody since.
  var isUnseen: Bool { isRestored && ending == nil && failure == nil }

  /// Whether nothing is lost of what it may come to: a single call that awaits no tools.
  var isBrief: Bool { tally.totals.llmCalls <= 1 && tally.callsInFlight == 0 && tally.unansweredTools == 0 }

  /// What its place in the table and the heads of its collections take.
  private static let bytesMin = 1_024

  /// About how much memory it takes.
  var bytes: Int {
    Self.bytesMin &+ name.utf8.count &+ agent.utf8.count &+ workflow.utf8.count &+ tally.bytes &+ guardrails.bytes
      &+ MemoryLayout<Self>.stride &- MemoryLayout<RunTally>.stride
  }
}

/// The runs that a monitor keeps, in the order in which something happened to them last: those of a single call apart, which most of all
/// runs are where callers have no conversations.
struct MonitoredRuns: Sendable {
  private struct Entry: Sendable {
    var slot: RunSlot
    /// Nil while it is taken out.
    var run: MonitoredRun?
    var bytes = 0
    var isBrief = false
    var older = -1
    var newer = -1
  }

  /// The ends of a list of places.
  private struct Ends: Sendable {
    var oldest = -1
    var newest = -1
  }

  private var entries: [Entry?] = []
  private var free: [Int] = []
  private var places: [RunSlot: Int] = [:]
  private var brief = Ends()
  private var others = Ends()

  /// About how much memory all of them take.
  private(set) var bytes = 0

  var count: Int { places.count }

  /// The run that ends first where there is no room.
  ///
  /// - Parameter slot: a run that does not.
  func first(but slot: RunSlot) -> RunSlot? {
    for start in [brief.oldest, others.oldest] {
      var place = start
      while entries.indices.contains(place), let entry = entries[place] {
        if entry.slot != slot { return entry.slot }
        place = entry.newer
      }
    }
    return nil
  }

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
    unlink(place)
    settle(run, at: place)
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

  private mutating func change(_ isBrief: Bool, _ change: (inout Ends) -> Void) {
    if isBrief { change(&brief) } else { change(&others) }
  }

  /// Makes an entry the newest one of its list.
  private mutating func append(_ place: Int) {
    guard var entry = entries[place].take() else { return }
    entry.isBrief = entry.run?.isBrief ?? false
    let newest = entry.isBrief ? brief.newest : others.newest
    entry.older = newest
    entry.newer = -1
    if newest >= 0 { entries[newest]?.newer = place }
    change(entry.isBrief) { ends in
      if newest < 0 { ends.oldest = place }
      ends.newest = place
    }
    entries[place] = entry
  }

  private mutating func unlink(_ place: Int) {
    guard let (isBrief, older, newer) = entries[place].map({ ($0.isBrief, $0.older, $0.newer) }) else { return }
    if older >= 0 { entries[older]?.newer = newer }
    if newer >= 0 { entries[newer]?.older = older }
    change(isBrief) { ends in
      if older < 0 { ends.oldest = newer }
      if newer < 0 { ends.newest = older }
    }
  }
}
