/// A part of the index of links: places in an open-addressing table, next to where their word sends them.
///
/// Half of a word stands beside each place, so that the links of other words, which lie anywhere in memory, are not looked at.
struct IndexPart: Sendable {
  private static let slotsMin = 16
  /// Links of a part when all are there: growing it takes some tens of microseconds.
  private static let linksPerPart = 4096

  private struct Slot: Sendable {
    /// A place plus one; zero where the slot is free.
    var value: UInt32 = 0
    /// The lower half of the word.
    var word: UInt32 = 0
  }

  private var slots: [Slot] = []
  private var used = 0

  init() {}

  /// How many parts an index of so many links has: a power of two.
  static func count(forLinks links: Int) -> Int {
    var count = 1
    while count &* linksPerPart < links { count &*= 2 }
    return count
  }

  /// Whether it has to grow before another place is inserted: at three quarters, so that there always is a free slot.
  var isFull: Bool { (used &+ 1) &* 4 > slots.count &* 3 }

  /// Makes room for as many again.
  mutating func grow() {
    let before = slots
    slots = [Slot](repeating: Slot(), count: max(Self.slotsMin, before.count &* 2))
    for slot in before where slot.value != 0 { put(slot) }
  }

  /// Passes the places that may be those of a word.
  @inline(__always)
  func forEachPlace(of key: UInt64, _ look: (Int) -> Void) {
    guard !slots.isEmpty else { return }
    let word = UInt32(truncatingIfNeeded: key)
    var slot = home(of: word)
    while slots[slot].value != 0 {
      if slots[slot].word == word { look(Int(slots[slot].value) &- 1) }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
  }

  /// Inserts a place, where it is not full.
  mutating func insert(_ place: Int, of key: UInt64) {
    guard !isFull, let value = UInt32(exactly: place &+ 1) else { return }
    put(Slot(value: value, word: UInt32(truncatingIfNeeded: key)))
    used &+= 1
  }

  private mutating func put(_ entry: Slot) {
    var slot = home(of: entry.word)
    while slots[slot].value != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
    slots[slot] = entry
  }

  /// Removes a place, and moves back what it pushed aside.
  mutating func remove(_ place: Int, of key: UInt64) {
    guard !slots.isEmpty, let value = UInt32(exactly: place &+ 1) else { return }
    let mask = slots.count &- 1
    var hole = home(of: UInt32(truncatingIfNeeded: key))
    while slots[hole].value != value {
      guard slots[hole].value != 0 else { return }
      hole = (hole &+ 1) & mask
    }
    used &-= 1
    var slot = hole
    while true {
      slot = (slot &+ 1) & mask
      guard slots[slot].value != 0 else { break }
      let home = home(of: slots[slot].word)
      // What stands no further from its home than the hole does, stays.
      guard (slot &- home) & mask >= (slot &- hole) & mask else { continue }
      slots[hole] = slots[slot]
      hole = slot
    }
    slots[hole] = Slot()
  }

  private func home(of word: UInt32) -> Int { Int(word) & (slots.count &- 1) }
}
