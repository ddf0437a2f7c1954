/// A part of the index of links: places in an open-addressing table, next to where their word sends them.
struct IndexPart: Sendable {
  private static let slotsMin = 16
  /// Links of a part when all are there: growing it takes some tens of microseconds.
  private static let linksPerPart = 4096

  /// Places plus one; zero where a slot is free.
  private var slots: [UInt32] = []
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

  /// The same with more slots, and nothing in it.
  var grown: IndexPart {
    var part = IndexPart()
    part.slots = [UInt32](repeating: 0, count: max(Self.slotsMin, slots.count &* 2))
    return part
  }

  /// Passes the places that may be those of a word, until `look` says no.
  func forEachPlace(of key: UInt64, _ look: (Int) -> Bool) {
    guard !slots.isEmpty else { return }
    var slot = home(of: key)
    while slots[slot] != 0 {
      guard look(Int(slots[slot]) &- 1) else { return }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
  }

  /// Passes all places.
  func forEachPlace(_ look: (Int) -> Void) {
    for slot in slots where slot != 0 { look(Int(slot) &- 1) }
  }

  /// Inserts a place, where it is not full.
  mutating func insert(_ place: Int, of key: UInt64) {
    guard !isFull, let value = UInt32(exactly: place &+ 1) else { return }
    var slot = home(of: key)
    while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
    slots[slot] = value
    used &+= 1
  }

  /// Removes a place, and moves back what it pushed aside.
  mutating func remove(_ place: Int, of key: UInt64, keyAt: (Int) -> UInt64) {
    guard !slots.isEmpty, let value = UInt32(exactly: place &+ 1) else { return }
    let mask = slots.count &- 1
    var hole = home(of: key)
    while slots[hole] != value {
      guard slots[hole] != 0 else { return }
      hole = (hole &+ 1) & mask
    }
    used &-= 1
    var slot = hole
    while true {
      slot = (slot &+ 1) & mask
      guard slots[slot] != 0 else { break }
      let home = home(of: keyAt(Int(slots[slot]) &- 1))
      // What stands no further from its home than the hole does, stays.
      guard (slot &- home) & mask >= (slot &- hole) & mask else { continue }
      slots[hole] = slots[slot]
      hole = slot
    }
    slots[hole] = 0
  }

  private func home(of key: UInt64) -> Int { Int(truncatingIfNeeded: key) & (slots.count &- 1) }
}
