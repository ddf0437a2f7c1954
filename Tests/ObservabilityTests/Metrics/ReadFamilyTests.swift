import Observability
import Testing

private struct Name: LabelSet {
  var name: String
  static let labelNames: [StaticString] = ["name"]
  var labelValues: [String] { [name] }
  var folded: Name { self }
}

@Suite struct ReadFamilyTests {
  private func exposition(_ family: ReadFamily) -> String {
    let registry = MetricsRegistry()
    registry.readings(named: "tollgate_read") { [family] }
    let text = String(decoding: registry.expose(.prometheusText), as: UTF8.self)
    return text.split(separator: "\n").filter { $0.contains("tollgate_read") }.joined(separator: "\n")
  }

  @Test("Samples are read at the scrape, in the order in which they were added")
  func samples() {
    var family = ReadFamily(MetricDescriptor("tollgate_read_usd", unit: .usd, help: "What is read."), .gauge)
    family.add([
      (Name(name: "b"), MetricReading(1_500_000, fractionDigits: 6)), (Name(name: "a"), MetricReading(2)),
    ])
    #expect(
      exposition(family) == """
        # HELP tollgate_read_usd What is read.
        # TYPE tollgate_read_usd gauge
        tollgate_read_usd{name="b"} 1.5
        tollgate_read_usd{name="a"} 2
        """)
  }

  @Test("A family without samples is not exposed")
  func empty() {
    #expect(exposition(ReadFamily(MetricDescriptor("tollgate_read", help: "Nothing."), .counter)) == "")
  }

  @Test("Names that are too long are cut, and what becomes the same by that stands once")
  func duplicates() {
    let long = String(repeating: "x", count: 300)
    var family = ReadFamily(MetricDescriptor("tollgate_read", help: "What is read."), .counter)
    family.add([(Name(name: long + "a"), MetricReading(1)), (Name(name: long + "b"), MetricReading(2))])
    family.add([(Name(name: long), MetricReading(3))])
    let samples = exposition(family).split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(samples == ["tollgate_read_total{name=\"\(String(repeating: "x", count: 256))\"} 1"])
  }
}
