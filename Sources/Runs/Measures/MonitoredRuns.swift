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
  /// A run in its place: it is changed there, as it is large.
  private struct Entry: Sendable {
    let slot: RunSlot
    private(set) var run: MonitoredRun
    private(set) var bytes = 0
    private var isBrief = false
    var older = -1
    var newer = -1

    init(slot: RunSlot, run: MonitoredRun) {
      self.slot = slot
      self.run = run
    }

    /// Which list it is in, and who stands beside it there.
    var links: (isBrief: Bool, older: Int, newer: Int) { (isBrief, older, newer) }

    mutating func change<Result>(_ change: (inout MonitoredRun) -> Result) -> Result { change(&run) }

    /// - Returns: how many more bytes it takes than it did.
    mutating func measure() -> Int {
      let before = bytes
      bytes = run.bytes
      return bytes &- before
    }

    /// Leaves its list.
    ///
    /// - Returns: whether it belongs to that of brief runs now.
    mutating func listAnew() -> Bool {
      newer = -1
      isBrief = run.isBrief
      return isBrief
    }
  }

  /// The ends of a list of places.
  private struct Ends: Sendable {
    var oldest = -1
    var newest = -1
  }

  private var entries = ChunkedArray<Entry?>()
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
      while entries.indices.contains(place), let found = entries[place]?.slot {
        if found != slot { return found }
        place = entries[place]?.newer ?? -1
      }
    }
    return nil
  }

  func contains(_ slot: RunSlot) -> Bool { places[slot] != nil }

  subscript(slot: RunSlot) -> MonitoredRun? { places[slot].flatMap { entries[$0]?.run } }

  /// The runs that are called so: of several callers, where they named theirs alike.
  func slots(named name: String) -> [RunSlot] {
    entries.indices.compactMap { entries[$0]?.run.name == name ? entries[$0]?.slot : nil }
  }

  /// Changes a run in its place, and makes it the newest.
  ///
  /// - Returns: nil where it is not there.
  mutating func change<Result>(_ slot: RunSlot, _ change: (inout MonitoredRun) -> Result) -> Result? {
    guard let place = places[slot] else { return nil }
    guard let result = entries[place]?.change(change) else { return nil }
    settle(place)
    unlink(place)
    append(place)
    return result
  }

  /// Puts a run where none is.
  mutating func insert(_ run: MonitoredRun, at slot: RunSlot) {
    guard places[slot] == nil else { return }
    let place = free.popLast() ?? entries.count
    let entry = Entry(slot: slot, run: run)
    if place == entries.count { entries.append(entry) } else { entries[place] = entry }
    places[slot] = place
    settle(place)
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
      entries[place]?.change { change(&$0.guardrails) }
      settle(place)
    }
  }

  /// Counts what an entry takes now.
  private mutating func settle(_ place: Int) { bytes &+= entries[place]?.measure() ?? 0 }

  private mutating func change(_ isBrief: Bool, _ change: (inout Ends) -> Void) {
    if isBrief { change(&brief) } else { change(&others) }
  }

  /// Makes an entry the newest one of its list.
  private mutating func append(_ place: Int) {
    guard let isBrief = entries[place]?.listAnew() else { return }
    let newest = isBrief ? brief.newest : others.newest
    entries[place]?.older = newest
    if newest >= 0 { entries[newest]?.newer = place }
    change(isBrief) { ends in
      if newest < 0 { ends.oldest = place }
      ends.newest = place
    }
  }

  private mutating func unlink(_ place: Int) {
    guard let (isBrief, older, newer) = entries[place]?.links else { return }
    if older >= 0 { entries[older]?.newer = newer }
    if newer >= 0 { entries[newer]?.older = older }
    change(isBrief) { ends in
      if older < 0 { ends.oldest = newer }
      if newer < 0 { ends.newest = older }
    }
  }
}
