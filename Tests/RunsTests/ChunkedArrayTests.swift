import Testing

@testable import Runs

@Suite struct ChunkedArrayTests {
  @Test("Elements stay where they were put, however many there are, and are changed there")
  func places() {
    var array = ChunkedArray<Int>()
    #expect(array.indices.isEmpty)
    for number in 0..<1_000 { array.append(number) }
    for place in array.indices { array[place] *= 2 }
    #expect(array.count == 1_000)
    #expect(array.indices.map { array[$0] } == (0..<1_000).map { $0 * 2 })
  }
}
