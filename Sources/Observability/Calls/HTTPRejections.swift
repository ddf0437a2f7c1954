extension MetricsRegistry {
  /// Makes `tollgate_http_rejected_total`: requests that were refused before they were calls, because HTTP leaves their
  /// meaning open, a limit was passed or a web page sent them. Every reason starts at zero.
  ///
  /// - Parameter reason: the closed set of reasons, owned by whoever refuses; its label is `reason`.
  public func httpRejections<Reason: ClosedLabelValue>(
    by reason: Reason.Type
  ) -> MetricFamily<ClosedLabel<Reason>, Counter> {
    let family = counters(
      MetricDescriptor("tollgate_http_rejected", help: "Requests refused before they were calls, by reason."),
      by: ClosedLabel<Reason>.self)
    family.startAtZero()
    return family
  }

  /// Makes `tollgate_refusals_total`: answers of Tollgate's own in place of a provider's, by why: keys that are not in force or do
  /// not allow what was asked, budgets, limits, upstreams that fail. Every reason starts at zero.
  ///
  /// - Parameter reason: the closed set of reasons, owned by whoever refuses; its label is `reason`.
  public func refusals<Reason: ClosedLabelValue>(
    by reason: Reason.Type
  ) -> MetricFamily<ClosedLabel<Reason>, Counter> {
    let family = counters(
      MetricDescriptor("tollgate_refusals", help: "Answers of Tollgate's own in place of a provider's, by reason."),
      by: ClosedLabel<Reason>.self)
    family.startAtZero()
    return family
  }

  /// Makes `tollgate_config_reload_success`: 1 while the configuration in use is the newest one, 0 after a reload failed.
  public func configReloadSuccess() -> Gauge {
    let gauge = gauge(
      MetricDescriptor("tollgate_config_reload_success", help: "Whether the last load of the configuration succeeded."))
    gauge.set(1)
    return gauge
  }

  /// Makes `tollgate_price_book_reload_success`: 1 while the newest price files are in force, 0 after they were refused.
  public func priceBookReloadSuccess() -> Gauge {
    let gauge = gauge(
      MetricDescriptor(
        "tollgate_price_book_reload_success", help: "Whether the last load of the price files succeeded."))
    gauge.set(1)
    return gauge
  }

  /// Makes `tollgate_certificate_reload_success`: 1 while the newest certificate files are in force, 0 after some were refused.
  public func certificateReloadSuccess() -> Gauge {
    let gauge = gauge(
      MetricDescriptor(
        "tollgate_certificate_reload_success", help: "Whether the last load of changed certificate files succeeded."))
    gauge.set(1)
    return gauge
  }

  /// Makes `tollgate_certificate_expiry_timestamp_seconds`: when the first of the ports' certificates ends.
  public func certificateExpiry() -> Gauge {
    gauge(
      MetricDescriptor(
        "tollgate_certificate_expiry_timestamp_seconds",
        help: "When the first certificate in force ends, in seconds since 1970."))
  }

  /// Makes `tollgate_price_book_reload_timestamp_seconds`: since when the price files in force are.
  public func priceBookReloadTimestamp() -> Gauge {
    gauge(
      MetricDescriptor(
        "tollgate_price_book_reload_timestamp_seconds",
        help: "When the price files in force were loaded, in seconds since 1970."))
  }
}
