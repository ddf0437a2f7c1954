@testable import Observability
import Testing

private struct PairLabels: LabelSet {
  var name: LabelValue
  var outcome: ToolResultOutcome
  static var labelNames: [StaticString] { ["name", "outcome"] }
  var labelValues: [String] { [name.text, outcome.rawValue] }
  var folded: PairLabels { PairLabels(name: .other, outcome: outcome) }
}

@Suite struct LabelDimensionTests {
  @Test("Configured names have a place of their own, others until the cap, then they are other, and counted")
  func cap() {
    let registry = MetricsRegistry()
    let agents = LabelDimension(configured: ["ops"], valuesMax: 2, registry: registry)
    #expect(
      ["a", "b", "c", "a", "ops", "d"].map { agents.value($0).text } == ["a", "b", "other", "a", "ops", "other"])
    #expect(registry.foldedCount == 2)
  }

  @Test("The same name is the same value, and what has no name is unknown")
  func identity() {
    let agents = LabelDimension(valuesMax: 10, registry: MetricsRegistry())
    #expect(agents.value("a") === agents.value("a"))
    #expect(agents.value("a\u{1}") === agents.value("a\u{fffd}"), "what looks the same is the same series")
    #expect(agents.value(nil) === LabelValue.unknown)
    #expect(agents.value("") === LabelValue.unknown)
    #expect(agents.value("other") === LabelValue.other)
    #expect(agents.value("unknown") === LabelValue.unknown)
  }

  @Test("When all series together have reached their cap, new ones are folded, and nothing is lost from the sum")
  func allSeries() {
    // One line is the counter of what was folded.
    let registry = MetricsRegistry(seriesMax: 3)
    let names = LabelDimension(valuesMax: 100, registry: registry)
    let family = registry.counters(MetricDescriptor("calls", help: "Calls."), by: PairLabels.self)
    for number in 0..<10 {
      family.resolve(PairLabels(name: names.value("n\(number)"), outcome: .ok)).increment()
      family.resolve(PairLabels(name: names.value("n\(number)"), outcome: .error)).increment()
    }
    let text = String(decoding: registry.expose(.prometheusText), as: UTF8.self)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("calls_total{") }
    #expect(
      lines == [
        #"calls_total{name="n0",outcome="error"} 1"#, #"calls_total{name="n0",outcome="ok"} 1"#,
        #"calls_total{name="n1",outcome="ok"} 1"#, #"calls_total{name="other",outcome="error"} 9"#,
        #"calls_total{name="other",outcome="ok"} 8"#,
      ])
    #expect(registry.foldedCount == 17)
  }

  @Test("A flood of names that peers choose leaves those of the configuration their series")
  func configuredNames() {
    let registry = MetricsRegistry(seriesMax: 8)
    let names = LabelDimension(configured: ["nightly", "etl"], valuesMax: 100, registry: registry)
    let family = registry.counters(MetricDescriptor("calls", help: "Calls."), by: WorkflowLabels.self)
    for number in 0..<50 { family.resolve(WorkflowLabels(workflow: names.value("n\(number)"))).increment() }
    for name in ["nightly", "etl", "nightly"] {
      family.resolve(WorkflowLabels(workflow: names.value(name))).increment()
    }
    let lines = String(decoding: registry.expose(.prometheusText), as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("calls_total{") }
    #expect(lines.count == 9, "six of peers, what all others became, and two of the configuration")
    #expect(lines.contains(#"calls_total{workflow="nightly"} 2"#) && lines.contains(#"calls_total{workflow="etl"} 1"#))
    #expect(lines.contains(#"calls_total{workflow="other"} 44"#))
  }

  @Test("A histogram claims a line for each bucket and two more")
  func histogramBudget() {
    let registry = MetricsRegistry(seriesMax: 5)
    let names = LabelDimension(valuesMax: 100, registry: registry)
    let family = registry.histograms(
      MetricDescriptor("h", help: ""), HistogramBuckets(counts: [1, 2]), by: PairLabels.self)
    for name in ["a", "b", "c"] { family.resolve(PairLabels(name: names.value(name), outcome: .ok)).observe(1) }
    #expect(family.count == 2, "a, and what b and c became")
  }
}
