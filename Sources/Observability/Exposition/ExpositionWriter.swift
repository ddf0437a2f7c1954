/// Writes families and samples in one of the two text formats.
///
/// Sources: Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats) and OpenMetrics 1.0
/// (prometheus.io/docs/specs/om/open_metrics_spec).
public struct ExpositionWriter: ~Copyable {
  private let format: ExpositionFormat
  private var bytes: [UInt8] = []

  init(_ format: ExpositionFormat) { self.format = format }

  /// Begins a family: every sample of it follows at once.
  mutating func begin(_ descriptor: MetricDescriptor, _ kind: MetricKind) {
    let name = familyName(descriptor.name, kind)
    switch format {
    case .prometheusText:
      append("# HELP \(name) \(escapedHelp(descriptor.help))\n# TYPE \(name) \(typeName(kind))\n")
    case .openMetrics:
      append("# TYPE \(name) \(typeName(kind))\n")
      if let unit = descriptor.unit { append("# UNIT \(name) \(unit.rawValue)\n") }
      append("# HELP \(name) \(escapedHelp(descriptor.help))\n")
    }
  }

  /// Writes one sample; `labels` is already escaped and has no braces.
  ///
  /// - Parameter exemplar: what stands after `# `; it is left out of Prometheus' own format, which has no exemplars.
  mutating func sample(
    _ name: String, suffix: StaticString = "", labels: String, value: String, exemplar: @autoclosure () -> String? = nil
  ) {
    append(name)
    append(suffix)
    if !labels.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      append(labels)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    append(value)
    if format == .openMetrics, let exemplar = exemplar() {
      append(" # " as StaticString)
      append(exemplar)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  consuming func finish() -> [UInt8] {
    if format == .openMetrics { append("# EOF\n") }
    return bytes
  }

  /// OpenMetrics names a family without its suffix, Prometheus with it.
  private func familyName(_ name: String, _ kind: MetricKind) -> String {
    switch (format, kind) {
    case (.prometheusText, .counter): name + "_total"
    case (.prometheusText, .info): name + "_info"
    default: name
    }
  }

  private func typeName(_ kind: MetricKind) -> String {
    switch kind {
    case .counter: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    case .info: format == .openMetrics ? "info" : "gauge"
    }
  }

  /// OpenMetrics escapes quotes in help texts, Prometheus does not.
  private func escapedHelp(_ help: String) -> String {
    var text = ""
    for scalar in help.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\"" where format == .openMetrics: text += "\\\""
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }
}
