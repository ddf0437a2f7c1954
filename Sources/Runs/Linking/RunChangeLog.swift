/// What has changed since it was last taken.
struct RunChangeLog: Sendable {
  /// Numbers of links, some of them repeatedly.
  private(set) var links: [UInt64] = []
  private(set) var runs: [RunSlot] = []
  private(set) var ended: [RunSlot] = []
  /// How many changes were left out: then only all of the book says what there is.
  private(set) var lost = 0
  private let changesMax: Int

  init(changesMax: Int) { self.changesMax = changesMax }

  mutating func note(link number: UInt64) {
    guard links.last != number else { return }
    if links.count < changesMax { links.append(number) } else { lost &+= 1 }
  }

  mutating func note(_ run: RunSlot) {
    guard runs.last != run else { return }
    if runs.count < changesMax { runs.append(run) } else { lost &+= 1 }
  }

  mutating func noteEnd(_ run: RunSlot) {
    if ended.count < changesMax { ended.append(run) } else { lost &+= 1 }
  }

  /// Begins anew.
  mutating func take() -> RunChangeLog {
    let taken = self
    self = RunChangeLog(changesMax: changesMax)
    return taken
  }
}
