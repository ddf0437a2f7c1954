import Budgets
import Escalation
import Gateway
import Ledger
import Logging
import Metering
import Runs

extension Escalation {
  /// How long something that a run did is news.
  private static let newsSeconds: Int64 = 3_600

  /// Takes what a run did: whoever is told of guardrails or anomalies is told.
  func note(_ news: RunNews) {
    let facts = RunFacts(
      subject: news.subject, run: news.run, agent: news.agent, workflow: news.workflow, call: news.call.description,
      detail: news.detail, endsAt: news.at.adding(seconds: Self.newsSeconds))
    guard let rule = news.rule, let receivers = routing.receivers(of: rule) else { return }
    fire(AlertCondition(rule: rule, severity: rule.severity, facts: .run(facts), receivers: receivers))
  }
}

extension RunNews {
  /// The rule that tells people; nil where nobody is told.
  fileprivate var rule: AlertRule? {
    switch what {
    case .tripped(let trip): trip.action == .observe ? nil : .guardrailTripped
    case .found: .anomaly
    }
  }

  fileprivate var subject: String {
    switch what {
    case .tripped(let trip): trip.guardrail
    case .found(let anomaly): anomaly.kind.rawValue
    }
  }

  fileprivate var detail: String? {
    switch what {
    case .tripped(let trip): trip.description
    case .found(let anomaly): anomaly.tool.map { "tool \($0)" }
    }
  }
}
