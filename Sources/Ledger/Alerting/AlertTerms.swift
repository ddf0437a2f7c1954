/// What an alert is about.
public enum AlertRule: String, Sendable, CaseIterable {
  /// Settled spend has reached a share of a budget's limit.
  case budgetThreshold = "budget_threshold"
  /// A budget made its first call of a window wait, clamped it or refused it.
  case budgetRefusing = "budget_refusing"
  /// A budget will be exhausted before its window ends, if spend goes on as it does.
  case budgetForecast = "budget_forecast"
  /// A call cost more than was reserved for it.
  case budgetOverrun = "budget_overrun"
  /// Calls of models that the price book does not know.
  case unpriced
  /// Calls that no dialect understood.
  case unmetered
  /// A call waits for a person's decision.
  case holdWaiting = "hold_waiting"
  /// A run reached a guardrail's limit.
  case guardrailTripped = "guardrail_tripped"
  /// Something goes wrong quietly in a workflow's runs. Told only where somebody is named for it.
  case anomaly
  /// A provider does not answer, or answers with errors.
  case upstreamFailing = "upstream_failing"
  /// The ledger cannot be written.
  case ledgerFailing = "ledger_failing"
  /// A receiver does not take its messages.
  case receiverFailing = "receiver_failing"
}

/// How much an alert matters, by PagerDuty's names.
public enum AlertSeverity: String, Sendable, CaseIterable {
  case info, warning, error, critical
}

/// How a message is written.
public enum MessageFormat: String, Sendable, CaseIterable {
  /// Tollgate's own payload, signed by Standard Webhooks.
  case webhook
  /// A Slack incoming webhook's.
  case slack
  /// PagerDuty's Events v2, without its routing key, which is put in when it is sent.
  case pagerDuty = "pagerduty"
}

/// What has become of a message.
public enum MessageState: String, Sendable, CaseIterable {
  /// It is to be sent, for the first time or again.
  case waiting
  case delivered
  /// It was given up: every attempt failed, or there was no room for it.
  case dropped
}

extension MessageState {
  var code: Int64 {
    switch self {
    case .waiting: 0
    case .delivered: 1
    case .dropped: 2
    }
  }

  init?(code: Int64) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}
