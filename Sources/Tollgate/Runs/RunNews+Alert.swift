import Budgets
import Escalation
import Gateway
import Ledger
import Logging
import Metering
import Runs

extension Escalation {
  /// Takes what a run did: whoever is told of guardrails or anomalies is told.
  func note(_ news: RunNews) {
    guard let rule = news.rule else { return }
    let facts = RunFacts(
      subject: news.subject, run: news.run, agent: news.agent, workflow: news.workflow, call: news.call.description,
      detail: news.detail, endsAt: news.at.adding(seconds: RunFacts.newsSeconds))
    note(facts, rule)
  }

  func note(_ facts: RunFacts, _ rule: AlertRule) {
    guard let receivers = routing.receivers(of: rule) else { return }
    fire(AlertCondition(rule: rule, severity: rule.severity, facts: .run(facts), receivers: receivers))
  }
}

extension RunFacts {
  /// How long something that a run did is news.
  fileprivate static let newsSeconds: Int64 = 3_600

  /// What is wrong with a run as a whole, with the call that it was asked for last.
  init(_ anomaly: Anomaly, of end: RunEnd, run: String, at time: Timestamp) {
    self.init(
      subject: anomaly.kind.rawValue, run: run, agent: end.agent, workflow: end.workflow,
      call: end.lastCall.description, detail: anomaly.figures, endsAt: time.adding(seconds: Self.newsSeconds))
  }
}

extension Anomaly {
  /// What it rests on, in the units of its kind.
  fileprivate var figures: String {
    let usual = usual.map { ", usual up to \(text($0.most)), median \(text($0.median)) of \($0.runs) runs" } ?? ""
    return "\(text(value))\(usual)"
  }

  private func text(_ figure: Int64) -> String {
    switch kind {
    case .costFarAboveUsual: GuardrailLimit(.cost, figure).amountText
    case .timeFarAboveUsual: GuardrailLimit.timeText(figure)
    case .unansweredTool: figure == 1 ? "1 tool" : "\(figure) tools"
    default: figure == 1 ? "1 call" : "\(figure) calls"
    }
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
