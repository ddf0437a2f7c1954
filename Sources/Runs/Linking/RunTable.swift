internal import Metering

/// The open runs, in the order of their last calls.
struct RunTable: Sendable {
  private struct Entry: Sendable {
    var run: OpenRun?
    var generation: UInt32 = 0
    var older = -1
    var newer = -1
  }

  private var entries = ChunkedArray<Entry>()
  private var free: [Int] = []
  private var oldest = -1
  private var newest = -1

  var count: Int { entries.count - free.count }

  /// How many places there are, taken or not.
  var placeCount: Int { entries.count }

  /// The run whose last call was the longest ago.
  var oldestSlot: RunSlot? { slot(at: oldest) }

  /// The one with the next call; nil for the last one, and for those that are not there.
  func slot(after slot: RunSlot) -> RunSlot? {
    isOpen(slot) ? self.slot(at: entries[Int(slot.place)].newer) : nil
  }

  subscript(slot: RunSlot) -> OpenRun? { isOpen(slot) ? entries[Int(slot.place)].run : nil }

  func isOpen(_ slot: RunSlot) -> Bool {
    let place = Int(slot.place)
    return entries.indices.contains(place) && entries[place].generation == slot.generation
      && entries[place].run != nil
  }

  mutating func insert(_ run: OpenRun) -> RunSlot {
    let place: Int
    if let last = free.popLast() {
      place = last
    } else {
      place = entries.count
      entries.append(Entry())
    }
    entries[place].run = run
    append(place)
    return RunSlot(place: UInt32(truncatingIfNeeded: place), generation: entries[place].generation)
  }

  /// Changes a run that is open.
  mutating func change(_ slot: RunSlot, _ change: (inout OpenRun) -> Void) {
    guard isOpen(slot) else { return }
    entries[Int(slot.place)].run?.change(change)
  }

  /// Makes a run the one with the last call.
  mutating func touch(_ slot: RunSlot) {
    guard isOpen(slot), newest != Int(slot.place) else { return }
    unlink(Int(slot.place))
    append(Int(slot.place))
  }

  @discardableResult
  mutating func remove(_ slot: RunSlot) -> OpenRun? {
    guard isOpen(slot) else { return nil }
    let place = Int(slot.place)
    unlink(place)
    let run = entries[place].run.take()
    entries[place].generation &+= 1
    free.append(place)
    return run
  }

  /// Puts the runs into the order of their last calls, where they were not inserted in it.
  mutating func sortByLastCall() {
    var open: [(place: Int, at: Int64)] = []
    forEach { slot, run in open.append((Int(slot.place), run.lastCallAt.unixMicroseconds)) }
    open.sort { $0.at < $1.at }
    (oldest, newest) = (-1, -1)
    for (place, _) in open { append(place) }
  }

  /// Passes all runs, the one whose last call was the longest ago first.
  func forEach(_ look: (RunSlot, OpenRun) -> Void) {
    var place = oldest
    while let slot = slot(at: place), let run = entries[place].run {
      look(slot, run)
      place = entries[place].newer
    }
  }

  /// What stands at a place, open or not; nil where there is no such place.
  func slot(at place: Int) -> RunSlot? {
    guard entries.indices.contains(place) else { return nil }
    return RunSlot(place: UInt32(truncatingIfNeeded: place), generation: entries[place].generation)
  }

  private mutating func append(_ place: Int) {
    entries[place].older = newest
    entries[place].newer = -1
    if newest >= 0 { entries[newest].newer = place } else { oldest = place }
    newest = place
  }

  private mutating func unlink(_ place: Int) {
    let (older, newer) = (entries[place].older, entries[place].newer)
    if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    if newer >= 0 { entries[newer].older = older } else { newest = older }
  }
}
