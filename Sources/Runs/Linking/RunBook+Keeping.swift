internal import Metering

/// What a ledger keeps of a book, so that a restart continues where it was: a batch of all, and batches of changes behind it
/// (``LinkBatch``).
///
/// Batches belong to the book that made them. A book that was restored has others: begin anew with one of all. The same makes what was
/// kept shorter, when there are many batches.
extension RunBook {
  /// Takes over what was kept, oldest batch first, in a book with the same key that has linked nothing yet. Calls that waited for their
  /// reply have failed: the same request is their retry.
  ///
  /// - Returns: how many batches could not be read: those of another version, and those that are damaged. What was read of them
  ///   before the damage counts.
  @discardableResult
  public mutating func restore(_ batches: some Sequence<[UInt8]>) -> Int {
    var kept = KeptRuns()
    var unreadable = 0
    for batch in batches where !kept.read(batch) { unreadable += 1 }
    var slots: [RunSlot: RunSlot] = [:]
    for (old, run) in kept.runs.sorted(by: { $0.value.lastCallAt < $1.value.lastCallAt }) {
      makeRoom()
      slots[old] = runs.insert(run)
    }
    for number in kept.links.keys.sorted() {
      guard var link = kept.links[number], let slot = slots[link.run] else { continue }
      link.run = slot
      if link.state.contains(.isOpen) {
        link.state.remove(.isOpen)
        link.state.insert(.hasFailed)
      }
      links.insert(link)
    }
    return unreadable
  }

  /// Takes over runs that the ledger knows of, whose links may be lost: each is found by its name again.
  ///
  /// - Returns: their places, in the same order.
  public mutating func reopen(_ kept: [KeptRun]) -> [RunSlot] {
    let slots = kept.map { kept in
      let key = keys.link(.name, kept.run, in: keys.tenant(of: kept.key))
      if let known = newest(of: key) { return known.run }
      makeRoom()
      let slot = runs.insert(
        OpenRun(
          id: kept.run, startedAt: kept.startedAt, lastCallAt: kept.lastAt, parentRun: kept.parentRun,
          depth: kept.depthOfFirst, nameKey: key))
      insert(Link(key: key, run: slot, seconds: UInt32(clamping: kept.lastAt.unixMicroseconds / 1_000_000)))
      change(slot) { _ in }
      return slot
    }
    runs.sortByLastCall()
    return slots
  }
}
