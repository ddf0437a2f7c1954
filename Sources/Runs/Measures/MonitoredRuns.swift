/// The runs that a monitor keeps, in the order in which something happened to them last: those of a single call apart, which most of all
/// runs are where callers have no conversations.
struct MonitoredRuns: Sendable {
  /// How a run is kept.
  private enum Body: Sendable {
    /// At a place of ``whole``.
    case whole(Int)
    case brief(BriefRun)
  }

  private struct Entry: Sendable {
    let slot: RunSlot
    var body: Body
    var bytes = 0
    /// Which list it is in, and who stands beside it there.
    var isOfOneCall = false
    var older = -1
    var newer = -1
  }

  /// The ends of a list of places.
  private struct Ends: Sendable {
    var oldest = -1
    var newest = -1
  }

  private var entries = ChunkedArray<Entry?>()
  private var free: [Int] = []
  private var places: [RunSlot: Int] = [:]
  /// Runs that are more than brief ones, or that something happens to: they are changed in their place, as they are large.
  private var whole = ChunkedArray<MonitoredRun?>()
  private var freeWhole: [Int] = []
  private var ofOneCall = Ends()
  private var others = Ends()

  /// About how much memory all of them take.
  private(set) var bytes = 0

  var count: Int { places.count }

  /// The run that ends first where there is no room.
  ///
  /// - Parameter slot: a run that does not.
  func first(but slot: RunSlot) -> RunSlot? {
    for start in [ofOneCall.oldest, others.oldest] {
      var place = start
      while entries.indices.contains(place), let found = entries[place]?.slot {
        if found != slot { return found }
        place = entries[place]?.newer ?? -1
      }
    }
    return nil
  }

  func contains(_ slot: RunSlot) -> Bool { places[slot] != nil }

  subscript(slot: RunSlot) -> MonitoredRun? {
    switch places[slot].flatMap({ entries[$0]?.body }) {
    case nil: nil
    case .whole(let place): whole[place]
    case .brief(let run): MonitoredRun(run)
    }
  }

  /// The runs that are called so: of several callers, where they named theirs alike.
  func slots(named name: String) -> [RunSlot] {
    entries.indices.compactMap { place in
      switch entries[place]?.body {
      case nil: nil
      case .whole(let whole): self.whole[whole]?.head.name == name ? entries[place]?.slot : nil
      case .brief(let run): run.head.name == name ? entries[place]?.slot : nil
      }
    }
  }

  /// Changes a run, and makes it the newest.
  ///
  /// - Returns: nil where it is not there.
  mutating func change<Result>(_ slot: RunSlot, _ change: (inout MonitoredRun) -> Result) -> Result? {
    guard let place = places[slot], let whole = unfold(place) else { return nil }
    unlink(place)
    return self.change(place, whole, change)
  }

  /// The same for a run that is begun where it is not there.
  mutating func change<Result>(
    _ slot: RunSlot, beginningWith begin: @autoclosure () -> MonitoredRun, _ change: (inout MonitoredRun) -> Result
  ) -> Result? {
    if places[slot] != nil { return self.change(slot, change) }
    let whole = makeWhole(begin())
    let entry = Entry(slot: slot, body: .whole(whole))
    let place = free.popLast() ?? entries.count
    if place == entries.count { entries.append(entry) } else { entries[place] = entry }
    places[slot] = place
    return self.change(place, whole, change)
  }

  /// Changes a run that is whole and in no list.
  private mutating func change<Result>(
    _ place: Int, _ whole: Int, _ change: (inout MonitoredRun) -> Result
  ) -> Result? {
    let result = self.whole[whole]?.change(change)
    settle(place, whole)
    append(place)
    return result
  }

  mutating func remove(_ slot: RunSlot) -> MonitoredRun? {
    guard let place = places.removeValue(forKey: slot) else { return nil }
    unlink(place)
    guard let entry = entries[place].take() else { return nil }
    free.append(place)
    bytes &-= entry.bytes
    switch entry.body {
    case .brief(let run): return MonitoredRun(run)
    case .whole(let whole):
      freeWhole.append(whole)
      return self.whole[whole].take()
    }
  }

  /// Changes what the guardrails of all runs remember.
  mutating func changeGuardrails(_ change: (inout GuardrailState) -> Void) {
    for place in entries.indices {
      guard case .whole(let whole) = entries[place]?.body else { continue }
      self.whole[whole]?.change { change(&$0.guardrails) }
      settle(place, whole)
    }
  }

  // MARK: Bodies

  private mutating func makeWhole(_ run: MonitoredRun) -> Int {
    let place = freeWhole.popLast() ?? whole.count
    if place == whole.count { whole.append(run) } else { whole[place] = run }
    return place
  }

  /// Has a run kept so that it can be changed.
  ///
  /// - Returns: its place.
  private mutating func unfold(_ place: Int) -> Int? {
    switch entries[place]?.body {
    case nil: return nil
    case .whole(let whole): return whole
    case .brief(let run):
      let whole = makeWhole(MonitoredRun(run))
      entries[place]?.body = .whole(whole)
      return whole
    }
  }

  /// What its entry and its place in the table take.
  private static let entryBytes = MemoryLayout<Entry?>.stride &+ 48

  /// Keeps a run as it is now, which is brief where that is all of it, and counts what it takes.
  private mutating func settle(_ place: Int, _ whole: Int) {
    var taken = Self.entryBytes
    if let brief = self.whole[whole]?.change({ BriefRun($0) }) {
      taken &+= brief.head.textBytes
      entries[place]?.isOfOneCall = brief.tally.isOfOneCall
      entries[place]?.body = .brief(brief)
      self.whole[whole] = nil
      freeWhole.append(whole)
    } else {
      taken &+= self.whole[whole]?.bytes ?? 0
      entries[place]?.isOfOneCall = self.whole[whole]?.isOfOneCall ?? false
    }
    bytes &+= taken &- (entries[place]?.bytes ?? 0)
    entries[place]?.bytes = taken
  }

  // MARK: Lists

  private mutating func change(_ isOfOneCall: Bool, _ change: (inout Ends) -> Void) {
    if isOfOneCall { change(&ofOneCall) } else { change(&others) }
  }

  /// Makes an entry the newest one of its list.
  private mutating func append(_ place: Int) {
    guard let isOfOneCall = entries[place]?.isOfOneCall else { return }
    let newest = isOfOneCall ? ofOneCall.newest : others.newest
    entries[place]?.older = newest
    entries[place]?.newer = -1
    if newest >= 0 { entries[newest]?.newer = place }
    change(isOfOneCall) { ends in
      if newest < 0 { ends.oldest = place }
      ends.newest = place
    }
  }

  private mutating func unlink(_ place: Int) {
    guard let entry = entries[place].map({ ($0.isOfOneCall, $0.older, $0.newer) }) else { return }
    let (isOfOneCall, older, newer) = entry
    if older >= 0 { entries[older]?.newer = newer }
    if newer >= 0 { entries[newer]?.older = older }
    change(isOfOneCall) { ends in
      if older < 0 { ends.oldest = newer }
      if newer < 0 { ends.newest = older }
    }
  }
}
