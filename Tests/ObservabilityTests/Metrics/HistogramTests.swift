import Testing

@testable import Observability

private func lines(of histogram: Histogram) -> [String] {
  var writer = ExpositionWriter(.prometheusText)
  histogram.write(MetricDescriptor("h", help: ""), labels: "", to: &writer)
  return String(decoding: writer.finish(), as: UTF8.self).split(separator: "\n").map(String.init)
}

@Suite struct HistogramTests {
  @Test("A value that equals a bound counts in its bucket, one more counts in the next")
  func edges() {
    let histogram = Histogram(HistogramBuckets(counts: [1, 2, 4]))
    for value in [0, 1, 2, 3, 4, 5, 1_000] as [Int64] { histogram.observe(value) }
    #expect(
      lines(of: histogram) == [
        #"h_bucket{le="1.0"} 2"#, #"h_bucket{le="2.0"} 3"#, #"h_bucket{le="4.0"} 5"#, #"h_bucket{le="+Inf"} 7"#,
        "h_sum 1015", "h_count 7",
      ])
    #expect(histogram.sampleCount == 6)
  }

  @Test("A clock that stepped back counts as no time at all")
  func negative() {
    let histogram = Histogram(HistogramBuckets(microseconds: [10]))
    histogram.observe(-5)
    #expect(lines(of: histogram) == [#"h_bucket{le="0.00001"} 1"#, #"h_bucket{le="+Inf"} 1"#, "h_sum 0", "h_count 1"])
  }

  @Test("Bounds are sorted, told apart, and no more than there is room for")
  func bounds() {
    #expect(HistogramBuckets(counts: [3, 1, 3, 2]).bounds == [1, 2, 3])
    let many = Histogram(HistogramBuckets(counts: Array(1...100)))
    many.observe(99)
    #expect(many.count == 1)
    #expect(many.sampleCount == HistogramBuckets.countMax + 3)
  }

  @Test("Observations from many threads are all counted")
  func threads() async {
    let histogram = Histogram(.overhead)
    let money = MoneyCounter()
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for value in 0..<1_000 as Range<Int64> {
            histogram.observe(value)
            money.add(picodollars: Int64.max)
          }
        }
      }
    }
    #expect(histogram.count == 8_000)
    #expect(money.value == Int128(Int64.max) * 8_000)
  }
}
