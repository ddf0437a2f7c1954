/// What has changed since it was last taken. Links that were made since are not listed: their numbers follow each other.
struct RunChangeLog: Sendable {
  /// Which log it is, of those of one book: what it lists is marked with it, and listed once.
  private(set) var number: UInt32 = 1
  /// The first link that was made since.
  private(set) var firstNewLink: UInt64 = 0
  /// Numbers of older links, some of them repeatedly.
  private(set) var links: [UInt64] = []
  private(set) var runs: [RunSlot] = []
  private(set) var ended: [RunSlot] = []
  /// How many changes were left out: then only all of the book says what there is.
  private(set) var lost = 0
  private let changesMax: Int

  init(changesMax: Int) { self.changesMax = changesMax }

  mutating func note(link number: UInt64) {
    guard number < firstNewLink, links.last != number else { return }
    if links.count < changesMax { links.append(number) } else { lost &+= 1 }
  }

  mutating func note(_ run: RunSlot) {
    if runs.count < changesMax { runs.append(run) } else { lost &+= 1 }
  }

  mutating func noteEnd(_ run: RunSlot) {
    if ended.count < changesMax { ended.append(run) } else { lost &+= 1 }
  }

  /// Begins anew.
  ///
  /// - Parameter made: how many links were ever made.
  mutating func take(linksMade made: UInt64) -> RunChangeLog {
    let taken = self
    self = RunChangeLog(changesMax: changesMax)
    number = taken.number &+ 1
    firstNewLink = made
    return taken
  }
}
