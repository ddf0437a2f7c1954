import Observability
import Testing

private enum Color: String, ClosedLabelValue {
  case red, green
  static var labelName: StaticString { "color" }
}

private struct NameLabels: LabelSet {
  var name: LabelValue
  static var labelNames: [StaticString] { ["name"] }
  var labelValues: [String] { [name.text] }
  var folded: NameLabels { NameLabels(name: .other) }
}

/// One family of each kind, made in an order that is not the order of their names.
private func everyKind() -> MetricsRegistry {
  let registry = MetricsRegistry()
  registry.histogram(
    MetricDescriptor("wait_seconds", unit: .seconds, help: "How long."),
    HistogramBuckets(microseconds: [1_000_000, 500])
  ).observe(500)
  let lamps = registry.counters(
    MetricDescriptor("lamps", help: "Lamps \"lit\"\nby \\ color."), by: ClosedLabel<Color>.self)
  lamps.resolve(ClosedLabel(.red)).increment()
  lamps.resolve(ClosedLabel(.green)).add(2)
  registry.money(MetricDescriptor("cost_usd", unit: .usd, help: "Cost."), by: NoLabels.self).resolve(NoLabels())
    .add(picodollars: 1_234_567)
  registry.gauge(MetricDescriptor("level", help: "A level.")).set(-3)
  registry.buildInfo(version: "1.0", sqlite: "3.40.1", libcurl: "7.88.1")
  registry.reading(MetricDescriptor("cpu_seconds", unit: .seconds, help: "Time."), .counter) {
    MetricReading(1_500_000, fractionDigits: 6)
  }
  registry.reading(MetricDescriptor("absent", help: "Not known."), .gauge) { nil }
  return registry
}

private func text(_ registry: MetricsRegistry, _ format: ExpositionFormat) -> String {
  String(decoding: registry.expose(format), as: UTF8.self)
}

@Suite struct ExpositionTests {
  @Test("Prometheus' text format 0.0.4 is written as its specification says, sorted by name and labels")
  func prometheusText() {
    #expect(
      text(everyKind(), .prometheusText) == #"""
        # HELP cost_usd_total Cost.
        # TYPE cost_usd_total counter
        cost_usd_total 0.000001234567
        # HELP cpu_seconds_total Time.
        # TYPE cpu_seconds_total counter
        cpu_seconds_total 1.5
        # HELP lamps_total Lamps "lit"\nby \\ color.
        # TYPE lamps_total counter
        lamps_total{color="green"} 2
        lamps_total{color="red"} 1
        # HELP level A level.
        # TYPE level gauge
        level -3
        # HELP tollgate_build_info What runs, and with which system libraries.
        # TYPE tollgate_build_info gauge
        tollgate_build_info{version="1.0",sqlite="3.40.1",libcurl="7.88.1"} 1
        # HELP tollgate_series_folded_total Observations whose labels became other, because a label or all series together had reached their cap.
        # TYPE tollgate_series_folded_total counter
        tollgate_series_folded_total 0
        # HELP wait_seconds How long.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="0.0005"} 1
        wait_seconds_bucket{le="1.0"} 1
        wait_seconds_bucket{le="+Inf"} 1
        wait_seconds_sum 0.0005
        wait_seconds_count 1

        """#)
  }

  @Test("OpenMetrics 1.0 names families without suffix, says units and ends with EOF")
  func openMetrics() {
    #expect(
      text(everyKind(), .openMetrics) == #"""
        # TYPE cost_usd counter
        # UNIT cost_usd usd
        # HELP cost_usd Cost.
        cost_usd_total 0.000001234567
        # TYPE cpu_seconds counter
        # UNIT cpu_seconds seconds
        # HELP cpu_seconds Time.
        cpu_seconds_total 1.5
        # TYPE lamps counter
        # HELP lamps Lamps \"lit\"\nby \\ color.
        lamps_total{color="green"} 2
        lamps_total{color="red"} 1
        # TYPE level gauge
        # HELP level A level.
        level -3
        # TYPE tollgate_build info
        # HELP tollgate_build What runs, and with which system libraries.
        tollgate_build_info{version="1.0",sqlite="3.40.1",libcurl="7.88.1"} 1
        # TYPE tollgate_series_folded counter
        # HELP tollgate_series_folded Observations whose labels became other, because a label or all series together had reached their cap.
        tollgate_series_folded_total 0
        # TYPE wait_seconds histogram
        # UNIT wait_seconds seconds
        # HELP wait_seconds How long.
        wait_seconds_bucket{le="0.0005"} 1
        wait_seconds_bucket{le="1.0"} 1
        wait_seconds_bucket{le="+Inf"} 1
        wait_seconds_sum 0.0005
        wait_seconds_count 1
        # EOF

        """#)
  }

  @Test("Two expositions of the same numbers are the same bytes", arguments: ExpositionFormat.allCases)
  func deterministic(format: ExpositionFormat) {
    let registry = MetricsRegistry()
    let names = LabelDimension(valuesMax: 100, registry: registry)
    let family = registry.counters(MetricDescriptor("names", help: "Names."), by: NameLabels.self)
    for number in 0..<50 { family.resolve(NameLabels(name: names.value("agent-\(number * 7 % 50)"))).increment() }
    #expect(registry.expose(format) == registry.expose(format))
    let lines = text(registry, format).split(separator: "\n").filter { $0.hasPrefix("names_total{") }
    #expect(lines.count == 50)
    #expect(lines == lines.sorted())
  }

  @Test(
    "No label value can break out of its line",
    arguments: [
      (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#),
      ("a\r\nb\u{0}c\u{7f}", "a\u{fffd}\\nb\u{fffd}c\u{fffd}"),
      (#""} 1\#n evil 2"#, #"\"} 1\n evil 2"#), ("naïve 日本 🜁", "naïve 日本 🜁"),
      (String(decoding: [0x61, 0xff, 0xc3, 0x62], as: UTF8.self), "a\u{fffd}\u{fffd}b"),
      (String(repeating: "é", count: 100), String(repeating: "é", count: 64)),
    ])
  func hostileLabels(value: String, shown: String) {
    let registry = MetricsRegistry()
    let names = LabelDimension(valuesMax: 10, registry: registry)
    let family = registry.counters(MetricDescriptor("names", help: "Names."), by: NameLabels.self)
    family.resolve(NameLabels(name: names.value(value))).increment()
    let lines = text(registry, .openMetrics).split(separator: "\n").filter { $0.hasPrefix("names_total") }
    #expect(lines == ["names_total{name=\"\(shown)\"} 1"])
  }

  @Test("A family that is made again takes the place of the first: no name is exposed twice")
  func sameName() {
    let registry = MetricsRegistry()
    registry.gauge(MetricDescriptor("level", help: "Old.")).set(1)
    registry.gauge(MetricDescriptor("level", help: "New.")).set(2)
    let lines = text(registry, .prometheusText).split(separator: "\n").filter { $0.contains("level") }
    #expect(lines == ["# HELP level New.", "# TYPE level gauge", "level 2"])
  }
}
