/// Deadlines by the small ids of what has them: a binary heap that knows where each id stands, so that a deadline can be moved or
/// taken out.
struct DeadlineHeap {
  private struct Entry {
    var deadline: Int64
    var id: Int
  }

  private static let absent = -1

  private var entries: [Entry] = []
  /// Where an id stands in `entries`.
  private var positions: [Int] = []

  init() {}

  var count: Int { self.entries.count }
  /// The earliest deadline.
  var first: (deadline: Int64, id: Int)? { self.entries.first.map { ($0.deadline, $0.id) } }

  func deadline(of id: Int) -> Int64? {
    guard let position = self.position(of: id) else { return nil }
    return self.entries[position].deadline
  }

  /// Gives an id its one deadline. Ids are small numbers, 0 and up.
  mutating func set(_ id: Int, deadline: Int64) {
    guard id >= 0 else { return }
    if let position = self.position(of: id) {
      let old = self.entries[position].deadline
      self.entries[position].deadline = deadline
      if deadline < old { self.rise(position) } else { self.sink(position) }
      return
    }
    while self.positions.count <= id { self.positions.append(Self.absent) }
    self.entries.append(Entry(deadline: deadline, id: id))
    self.positions[id] = self.entries.count - 1
    self.rise(self.entries.count - 1)
  }

  mutating func remove(_ id: Int) {
    guard let position = self.position(of: id) else { return }
    self.swapEntries(position, self.entries.count - 1)
    self.entries.removeLast()
    self.positions[id] = Self.absent
    guard position < self.entries.count else { return }
    self.rise(position)
    self.sink(position)
  }

  private func position(of id: Int) -> Int? {
    guard id >= 0, id < self.positions.count, self.positions[id] != Self.absent else { return nil }
    return self.positions[id]
  }

  private mutating func rise(_ start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard self.entries[position].deadline < self.entries[parent].deadline else { return }
      self.swapEntries(position, parent)
      position = parent
    }
  }

  private mutating func sink(_ start: Int) {
    var position = start
    while true {
      var least = position
      for child in [2 * position + 1, 2 * position + 2] where child < self.entries.count {
        if self.entries[child].deadline < self.entries[least].deadline { least = child }
      }
      guard least != position else { return }
      self.swapEntries(position, least)
      position = least
    }
  }

  private mutating func swapEntries(_ one: Int, _ other: Int) {
    guard one != other else { return }
    self.entries.swapAt(one, other)
    self.positions[self.entries[one].id] = one
    self.positions[self.entries[other].id] = other
  }
}
