import Testing

@testable import Runs

/// The table of links against the simplest thing that does the same.
@Suite struct LinkTableTests {
  private let run = RunSlot(place: 0, generation: 0)

  private func link(_ key: UInt64, seconds: UInt32 = 0) -> Link { Link(key: key, run: run, seconds: seconds) }

  @Test("Links are found by their word until newer ones replace them", arguments: [UInt64(1), 2, 3])
  func model(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let capacity = 500
    var table = LinkTable(capacity: capacity)
    var all: [UInt64] = []
    var dropped: Set<UInt64> = []
    for _ in 0..<5000 {
      // Few words, and such as share their place in the index.
      let key = random.next() % 200 &* 0x1_0000_0001 << (random.next() % 2 &* 40)
      if random.next() % 8 == 0, !all.isEmpty {
        let number = random.next() % UInt64(all.count)
        table.drop(number)
        dropped.insert(number)
      }
      #expect(table.insert(link(key)) == UInt64(all.count))
      let others = expected(key, all, dropped, capacity)
      if others.count >= LinkTable.candidatesMax, let oldest = others.last { dropped.insert(oldest) }
      all.append(key)
      let probe = all[Int(random.next() % UInt64(all.count))]
      #expect(table.numbers(of: probe) == expected(probe, all, dropped, capacity), "seed \(seed)")
      #expect(table.numbers(of: key) == expected(key, all, dropped, capacity), "seed \(seed)")
    }
    #expect(table.count == capacity)
  }

  /// Newest first.
  private func expected(_ key: UInt64, _ all: [UInt64], _ dropped: Set<UInt64>, _ capacity: Int) -> [UInt64] {
    all.indices.suffix(capacity).reversed().filter { all[$0] == key && !dropped.contains(UInt64($0)) }.map(UInt64.init)
  }

  @Test("One word has so many links at most")
  func candidates() {
    var table = LinkTable(capacity: 1000)
    for _ in 0..<100 { table.insert(link(5)) }
    #expect(table.numbers(of: 5) == (0..<UInt64(LinkTable.candidatesMax)).map { 99 - $0 })
  }

  @Test("A million links fit into 256 MiB: links of 40 bytes at most, and an index of at most 8 a link")
  func memory() {
    #expect(MemoryLayout<Link>.stride <= 40)
    let links = 1_000_000
    let parts = IndexPart.count(forLinks: links)
    // A part doubles where it is three quarters full.
    let slotsMax = parts * 16384
    #expect(links * MemoryLayout<Link>.stride + slotsMax * 4 < 64 << 20)
  }
}
