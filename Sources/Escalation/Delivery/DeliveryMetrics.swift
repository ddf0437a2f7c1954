import Ledger
import Metering
public import Observability

/// What became of an attempt, as metrics label it.
public enum DeliveryLabel: String, Sendable, ClosedLabelValue {
  case delivered
  /// A status that says no.
  case rejected
  /// 429 or a 5xx.
  case unavailable
  case noAnswer = "no_answer"
  /// No attempt: the message was given up.
  case dropped

  /// `outcome`.
  public static var labelName: StaticString { "outcome" }
}

/// `receiver`, which the operator names.
struct ReceiverLabels: LabelSet {
  var receiver: String

  static var labelNames: [StaticString] { ["receiver"] }
  var labelValues: [String] { [receiver] }
  var folded: ReceiverLabels { self }
}

/// `receiver` and `outcome`.
struct DeliveryLabels: LabelSet {
  var receiver: String
  var outcome: DeliveryLabel

  static var labelNames: [StaticString] { ["receiver", DeliveryLabel.labelName] }
  var labelValues: [String] { [receiver, outcome.rawValue] }
  var folded: DeliveryLabels { self }
}

/// The metrics of alerts and their deliveries.
struct DeliveryMetrics: Sendable {
  private let deliveries: MetricFamily<DeliveryLabels, Counter>
  private let oldest: MetricFamily<ReceiverLabels, Gauge>
  private let firing: Gauge

  /// Makes the families, and every receiver's series at zero.
  init(registry: MetricsRegistry, receivers: [String]) {
    deliveries = registry.counters(
      MetricDescriptor("tollgate_webhook_deliveries", help: "Attempts to deliver an alert, and alerts given up."),
      by: DeliveryLabels.self)
    oldest = registry.gauges(
      MetricDescriptor(
        "tollgate_webhook_oldest_undelivered_seconds", unit: .seconds,
        help: "Age of the oldest message that waits for a receiver; 0 where none does."),
      by: ReceiverLabels.self)
    firing = registry.gauge(
      MetricDescriptor("tollgate_alert_conditions_firing", help: "Conditions that hold, of all alerts together."))
    for receiver in receivers {
      _ = oldest.resolve(ReceiverLabels(receiver: receiver))
      for outcome in DeliveryLabel.allCases {
        _ = deliveries.resolve(DeliveryLabels(receiver: receiver, outcome: outcome))
      }
    }
  }

  func count(_ outcome: DeliveryLabel, of receiver: String) {
    deliveries.resolve(DeliveryLabels(receiver: receiver, outcome: outcome)).increment()
  }

  func note(oldest time: Timestamp?, of receiver: String, now: Timestamp) {
    let age = time.map { max(0, now.unixMicroseconds &- $0.unixMicroseconds) / 1_000_000 } ?? 0
    oldest.resolve(ReceiverLabels(receiver: receiver)).set(age)
  }

  func note(firing count: Int) { firing.set(Int64(count)) }
}
