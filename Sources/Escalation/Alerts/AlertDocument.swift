import Budgets
import Ledger
import Metering
import Observability
import Runs

/// The payload of alerts in JSON, version 1: what a webhook carries, and what PagerDuty and the API show of an alert. Members may be
/// added to a version; none is taken out or changes its meaning.
enum AlertDocument {
  static let version = 1

  /// The body of a webhook: `type`, `version`, `timestamp`, `data`.
  static func webhook(_ notice: AlertNotice) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("type")
      writer.string(notice.group.rule.eventType(isFiring: notice.isFiring))
      writer.key("version")
      writer.integer(version)
      writer.key("timestamp")
      writer.string(notice.at.rfc3339)
      writer.key("data")
      write(notice, to: &writer)
    }
    return writer.bytes
  }

  /// The member `data` alone.
  static func data(_ notice: AlertNotice) -> [UInt8] {
    var writer = JSONWriter()
    write(notice, to: &writer)
    return writer.bytes
  }

  /// The body of a message that is to show whether a receiver works.
  static func test(_ receiver: String, at time: Timestamp) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      for (name, text) in [("type", "alert.test"), ("timestamp", time.rfc3339)] {
        writer.key(name)
        writer.string(text)
      }
      writer.key("version")
      writer.integer(version)
      writer.key("data")
      writer.object { writer in
        writer.key("summary")
        writer.string(testSummary(receiver))
      }
    }
    return writer.bytes
  }

  static func testSummary(_ receiver: String) -> String {
    "A test of the receiver \"\(receiver)\": nothing is wrong"
  }

  static func write(_ notice: AlertNotice, to writer: inout JSONWriter) {
    writer.object { writer in
      func member(_ name: String, _ text: String?) {
        writer.key(name)
        writer.string(text)
      }
      member("alert", notice.alert)
      member("dedup_key", notice.group.dedupKey)
      member("status", notice.isFiring ? "firing" : "resolved")
      member("rule", notice.group.rule.rawValue)
      member("severity", notice.severity.rawValue)
      member("summary", notice.summary)
      member("started_at", notice.startedAt.rfc3339)
      member("resolved_at", notice.isFiring ? nil : notice.at.rfc3339)
      switch notice.conditions.first?.facts {
      case .budget(let facts): writeBudget(facts, notice, to: &writer)
      case .hold(let hold):
        switch hold.heldBy {
        case .budget(let name): member("budget", name)
        case .guardrail(let name, let kind):
          member("budget", nil)
          member("guardrail", name)
          member("limit", kind.rawValue)
        }
        writeList("holds", notice, to: &writer)
      case .traffic(let traffic):
        member("provider", traffic.provider)
        writer.key("calls")
        writer.integer(traffic.calls)
        writer.key("calls_in_all")
        writer.integer(traffic.callsInAll)
      case .run(let run):
        member(notice.group.rule == .guardrailTripped ? "guardrail" : "anomaly", run.subject)
        writeList("runs", notice, to: &writer)
      case .receiver(let name, let outcome):
        member("receiver", name)
        member("outcome", outcome)
      case .ledger(let reason): member("reason", reason)
      case nil: break
      }
    }
  }

  private static func writeBudget(_ facts: BudgetFacts, _ notice: AlertNotice, to writer: inout JSONWriter) {
    writer.key("budget")
    writer.string(facts.budget)
    writer.key("unit")
    writer.string(facts.unit.rawValue)
    writer.key("threshold")
    writer.decimal(facts.thresholdPartsPerMillion, fractionDigits: 6)
    writer.key("window")
    if facts.windowStart == nil, facts.windowEnd == nil {
      writer.null()
    } else {
      writer.object { writer in
        writer.key("start")
        writer.string(facts.windowStart?.rfc3339)
        writer.key("end")
        writer.string(facts.windowEnd?.rfc3339)
      }
    }
    writeList("scopes", notice, to: &writer)
  }

  /// The conditions, and how many there are beside those.
  private static func writeList(_ name: String, _ notice: AlertNotice, to writer: inout JSONWriter) {
    writer.key(name)
    writer.array { writer in
      for condition in notice.conditions {
        switch condition.facts {
        case .budget(let facts): write(facts, to: &writer)
        case .hold(let hold): write(hold, to: &writer)
        case .run(let run): write(run, to: &writer)
        case .traffic, .receiver, .ledger: continue
        }
      }
    }
    writer.key("\(name)_not_listed")
    writer.integer(notice.othersCount)
    writer.key("\(name)_firing")
    writer.integer(notice.holdingCount)
  }

  private static func write(_ facts: BudgetFacts, to writer: inout JSONWriter) {
    let text = BudgetText(facts)
    writer.object { writer in
      for (name, value) in [
        ("scope", facts.scope), ("limit", text.number(facts.limit)), ("spent", text.number(facts.spent)),
        ("reserved", text.number(facts.reserved)), ("exhaustion_at", facts.exhaustionAt?.rfc3339),
      ] {
        writer.key(name)
        writer.string(value?.listed)
      }
    }
  }

  private static func write(_ run: RunFacts, to writer: inout JSONWriter) {
    writer.object { writer in
      for (name, value) in [
        ("run", run.run), ("agent", run.agent), ("workflow", run.workflow), ("call", run.call),
        ("detail", run.detail),
      ] {
        writer.key(name)
        writer.string(value?.listed)
      }
    }
  }

  private static func write(_ hold: HoldFacts, to writer: inout JSONWriter) {
    writer.object { writer in
      for (name, value) in [
        ("hold", hold.hold.listed), ("scope", hold.scope.listed), ("expires_at", hold.expiresAt.rfc3339),
        ("link", hold.link?.prefix(bytes: 512)),
      ] {
        writer.key(name)
        writer.string(value)
      }
      guard let detail = hold.detail else { return }
      writer.key("detail")
      writer.string(detail.listed)
    }
  }
}

extension AlertRule {
  /// The dotted `type` of a webhook's body.
  func eventType(isFiring: Bool) -> String {
    switch self {
    case .budgetThreshold: isFiring ? "budget.threshold_crossed" : "budget.recovered"
    case .budgetRefusing: isFiring ? "budget.exhausted" : "budget.recovered"
    case .budgetForecast: isFiring ? "budget.projected_exceed" : "budget.recovered"
    case .budgetOverrun: isFiring ? "budget.overrun" : "budget.recovered"
    case .unpriced: isFiring ? "price.unknown_model" : "price.recovered"
    case .unmetered: isFiring ? "usage.missing" : "usage.recovered"
    case .holdWaiting: isFiring ? "request.held" : "request.released"
    case .guardrailTripped: isFiring ? "guardrail.tripped" : "guardrail.recovered"
    case .anomaly: isFiring ? "run.anomaly" : "run.recovered"
    case .upstreamFailing: isFiring ? "provider.degraded" : "provider.recovered"
    case .ledgerFailing: isFiring ? "ledger.failing" : "ledger.recovered"
    case .receiverFailing: isFiring ? "receiver.failing" : "receiver.recovered"
    }
  }
}
