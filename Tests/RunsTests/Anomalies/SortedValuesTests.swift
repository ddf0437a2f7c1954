import Testing

@testable import Runs

@Suite("Values in their order")
struct SortedValuesTests {
  @Test("of none, the middle is nothing")
  func none() {
    let none = SortedValues()
    #expect(none.median == 0 && none.medianDeviation == 0)
  }

  @Test("say what lies in the middle as sorting does, whatever comes and goes", arguments: [1, 20, 300])
  func model(range: Int64) {
    var random = SeededRandom(seed: UInt64(range))
    var (sorted, model) = (SortedValues(), [Int64]())
    for step in 0..<2_000 {
      let value = step % 97 == 0 ? Int64.max : Int64.random(in: 0...range, using: &random)
      if model.count > 60, let gone = model.indices.randomElement(using: &random) {
        sorted.remove(model.remove(at: gone))
      }
      sorted.insert(value)
      model.append(value)
      let median = Self.middle(of: model)
      #expect(sorted.count == model.count)
      #expect(sorted.median == median)
      #expect(sorted.medianDeviation == Self.middle(of: model.map { abs($0 - median) }))
    }
  }

  private static func middle(of values: [Int64]) -> Int64 { values.sorted()[(values.count - 1) / 2] }
}
