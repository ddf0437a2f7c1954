import Budgets
import Metering
import Testing

@Suite struct SpendHistoryTests {
  @Test func `nothing is said before four calls are known, and of fewer than twenty what three in four used`() {
    var history = SpendHistory()
    // The first call writes its prompt into a cache; the others read it.
    for (count, amount) in ([200, 30, 31, 32, 33] as [Int64]).enumerated() {
      history.record(model: "m", workflow: "w", picodollars: amount, tokens: amount, outputTokens: amount, at: noon)
      let found = history.percentile95(model: "m", workflow: "w", at: noon)
      #expect(found?.picodollars == [nil, nil, nil, 32, 33][count])
    }
  }

  @Test func `from twenty calls on nineteen in twenty count`() {
    var history = SpendHistory()
    for amount in 1...19 as ClosedRange<Int64> {
      history.record(model: "m", workflow: "w", picodollars: amount, tokens: amount, outputTokens: amount, at: noon)
    }
    var found: SpendPercentiles?
    history.record(model: "m", workflow: "w", picodollars: 20, tokens: 200, outputTokens: 2, at: noon)
    found = history.percentile95(model: "m", workflow: "w", at: noon)
    #expect(found?.picodollars == 19 && found?.tokens == 19 && found?.outputTokens == 18)
    found = history.percentile95(model: "m", workflow: "other", at: noon)
    #expect(found == nil)
  }

  @Test func `nineteen in twenty of the last two hundred used no more`() {
    var random = SeededGenerator(seed: 11)
    var history = SpendHistory()
    var all: [Int64] = []
    for count in 1...900 {
      let amount = Int64.random(in: 0...1_000, using: &random)
      all.append(amount)
      history.record(
        model: "m", workflow: "w", picodollars: amount, tokens: 2 * amount, outputTokens: amount / 2, at: noon)
      guard count >= 20 else { continue }
      let last = all.suffix(200).sorted()
      let expected = last[(last.count * 95 + 99) / 100 - 1]
      let found = history.percentile95(model: "m", workflow: "w", at: noon)
      #expect(found?.picodollars == expected && found?.tokens == 2 * expected && found?.outputTokens == expected / 2)
    }
  }

  @Test func `of pairs without end the ones used longest ago are forgotten`() {
    var history = SpendHistory()
    for index in 0..<5_000 {
      for _ in 0..<20 {
        history.record(model: "m", workflow: "w\(index)", picodollars: 1, tokens: 1, outputTokens: 1, at: noon)
      }
      _ = history.percentile95(model: "m", workflow: "w0", at: noon)
    }
    let count = history.count
    let (first, second) = (
      history.percentile95(model: "m", workflow: "w0", at: noon),
      history.percentile95(model: "m", workflow: "w1", at: noon)
    )
    let last = history.percentile95(model: "m", workflow: "w4999", at: noon)
    #expect(count == SpendHistory.entriesMax && first != nil && second == nil && last != nil)
  }

  @Test("What was used an hour ago says nothing of the next call, nor does what was before it")
  func age() {
    var history = SpendHistory()
    func record(_ amount: Int64, at time: Timestamp, _ history: inout SpendHistory) {
      history.record(model: "m", workflow: "w", picodollars: amount, tokens: amount, outputTokens: amount, at: time)
    }
    for _ in 0..<4 { record(80, at: noon, &history) }
    let soon = history.percentile95(model: "m", workflow: "w", at: noon.plus(3_600))
    #expect(soon?.picodollars == 80)
    let later = history.percentile95(model: "m", workflow: "w", at: noon.plus(3_601))
    #expect(later == nil)
    for _ in 0..<4 { record(7, at: noon.plus(3_601), &history) }
    let anew = history.percentile95(model: "m", workflow: "w", at: noon.plus(3_601))
    #expect(anew?.picodollars == 7)
  }
}
