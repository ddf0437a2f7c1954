extension MetricsRegistry {
  /// Makes `tollgate_build_info`.
  ///
  /// - Parameters:
  ///   - version: Tollgate's own.
  ///   - sqlite: that of the SQLite library in use.
  ///   - libcurl: that of the libcurl library in use.
  public func buildInfo(version: String, sqlite: String, libcurl: String) {
    add(
      BuildInfo(
        labels: LabelText.render([
          (name: "version", value: version), (name: "sqlite", value: sqlite), (name: "libcurl", value: libcurl),
        ])))
  }
}

private struct BuildInfo: MetricCollector {
  let descriptor = MetricDescriptor("tollgate_build", help: "What runs, and with which system libraries.")
  let labels: String

  func write(to writer: inout ExpositionWriter) {
    writer.begin(descriptor, .info)
    writer.sample(descriptor.name, suffix: "_info", labels: labels, value: "1")
  }
}
