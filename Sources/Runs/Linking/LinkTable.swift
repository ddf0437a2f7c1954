/// The links in the order in which they were made, the oldest ones replaced by new ones, and an index of them.
///
/// Links stand in a ring of chunks that are made as they are needed, and are named by how many were made before them. The index is
/// cut into parts that grow one at a time, so that no call waits for the growth of all: each is an open-addressing table of places.
struct LinkTable: Sendable {
  /// How many links one word may have: of more, the oldest are found no more.
  static let candidatesMax = 16
  private static let chunkLinks = 4096

  private let capacity: Int
  private var chunks: [[Link]] = []
  private var parts: [IndexPart]
  /// How many links were ever made.
  private(set) var made: UInt64 = 0

  /// - Parameter capacity: at least 1.
  init(capacity: Int) {
    self.capacity = capacity
    parts = [IndexPart](repeating: IndexPart(), count: IndexPart.count(forLinks: capacity))
  }

  /// The oldest link that is there.
  var oldest: UInt64 { made > UInt64(capacity) ? made &- UInt64(capacity) : 0 }

  /// How many links there are, found or not.
  var count: Int { Int(made &- oldest) }

  /// The link of a number; nil where it has been replaced.
  subscript(number: UInt64) -> Link? {
    guard number >= oldest, number < made else { return nil }
    let place = self.place(of: number)
    return chunks[place / Self.chunkLinks][place % Self.chunkLinks]
  }

  /// Changes a link, if it is still there. Its word must stay.
  mutating func change(_ number: UInt64, _ change: (inout Link) -> Void) {
    guard number >= oldest, number < made else { return }
    let place = self.place(of: number)
    change(&chunks[place / Self.chunkLinks][place % Self.chunkLinks])
  }

  /// The numbers of the links of a word, the newest first.
  func numbers(of key: UInt64) -> [UInt64] {
    var found: [UInt64] = []
    forEach(of: key) { number, _ in found.append(number) }
    if found.count > 1 { found.sort(by: >) }
    return found
  }

  /// Passes the links of a word with their numbers, in no order.
  @inline(__always)
  func forEach(of key: UInt64, _ look: (UInt64, Link) -> Void) {
    parts[part(of: key)].forEachPlace(of: key) { place in
      let link = link(at: place)
      if link.key == key { look(number(at: place), link) }
    }
  }

  /// Adds a link.
  ///
  /// - Returns: its number.
  @discardableResult
  mutating func insert(_ link: Link) -> UInt64 {
    var (others, oldestOther) = (0, UInt64.max)
    forEach(of: link.key) { number, _ in
      others &+= 1
      oldestOther = min(oldestOther, number)
    }
    if others >= Self.candidatesMax { drop(oldestOther) }
    if made >= UInt64(capacity) { drop(oldest) }
    let number = made
    write(link, at: place(of: number))
    made &+= 1
    let part = part(of: link.key)
    if parts[part].isFull { parts[part].grow() }
    parts[part].insert(place(of: number), of: link.key)
    return number
  }

  /// Has a link found no more.
  mutating func drop(_ number: UInt64) {
    guard let link = self[number], !link.state.contains(.isDead) else { return }
    let place = place(of: number)
    parts[part(of: link.key)].remove(place, of: link.key)
    chunks[place / Self.chunkLinks][place % Self.chunkLinks].state.insert(.isDead)
  }

  private mutating func write(_ link: Link, at place: Int) {
    let chunk = place / Self.chunkLinks
    if chunk == chunks.count {
      chunks.append([])
      chunks[chunk].reserveCapacity(min(Self.chunkLinks, capacity))
    }
    let index = place % Self.chunkLinks
    if index == chunks[chunk].count { chunks[chunk].append(link) } else { chunks[chunk][index] = link }
  }

  private func link(at place: Int) -> Link { chunks[place / Self.chunkLinks][place % Self.chunkLinks] }

  private func place(of number: UInt64) -> Int { Int(number % UInt64(capacity)) }

  /// The number of the link that stands at a place.
  private func number(at place: Int) -> UInt64 {
    let offset = (UInt64(place) &+ UInt64(capacity) &- oldest % UInt64(capacity)) % UInt64(capacity)
    return oldest &+ offset
  }

  private func part(of key: UInt64) -> Int { Int(key >> 40) & (parts.count &- 1) }
}
