import Testing

@testable import Upstream

@Suite struct DeadlineHeapTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `a heap and a dictionary agree on which deadline is next`(seed: UInt64) {
    var random = SeededRandom(seed)
    var heap = DeadlineHeap()
    var model: [Int: Int64] = [:]
    for step in 0..<10_000 {
      let id = random.next(60)
      switch random.next(4) {
      case 0, 1:
        let deadline = Int64(random.next(1000)) - 500
        heap.set(id, deadline: deadline)
        model[id] = deadline
      case 2:
        heap.remove(id)
        model[id] = nil
      default:
        if let (_, first) = heap.first {
          heap.remove(first)
          model[first] = nil
        }
      }
      #expect(heap.count == model.count, "seed \(seed), step \(step)")
      #expect(heap.first?.deadline == model.values.min(), "seed \(seed), step \(step)")
      if let (deadline, first) = heap.first { #expect(model[first] == deadline, "seed \(seed), step \(step)") }
      #expect(heap.deadline(of: id) == model[id], "seed \(seed), step \(step)")
    }
  }

  @Test func `ids that are none change nothing`() {
    var heap = DeadlineHeap()
    heap.set(-1, deadline: 5)
    heap.remove(7)
    heap.remove(-1)
    #expect(heap.first == nil)
    #expect(heap.deadline(of: 3) == nil)
  }
}
