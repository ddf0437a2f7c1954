import Budgets
import JSON
import Ledger
import Metering
import Observability
import Runs

/// A condition as the ledger keeps it.
enum StoredCondition {
  static func document(_ condition: AlertCondition, limitTold: Int128?) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      put("rule", condition.rule.rawValue, &writer)
      put("severity", condition.severity.rawValue, &writer)
      writer.key("receivers")
      writer.array { writer in
        for name in condition.receivers { writer.string(name) }
      }
      put("limit_told", limitTold.map(String.init), &writer)
      put(condition.facts, &writer)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Nil where it cannot be read.
  static func read(_ document: String) -> (AlertCondition, limitTold: Int128?)? {
    guard let value = try? JSONValue.parse(Array(document.utf8)),
      let rule = value["rule"]?.string.flatMap(AlertRule.init(rawValue:)),
      let severity = value["severity"]?.string.flatMap(AlertSeverity.init(rawValue:)),
      let facts = facts(value)
    else { return nil }
    let receivers = value["receivers"]?.elements?.compactMap(\.string) ?? []
    return (
      AlertCondition(rule: rule, severity: severity, facts: facts, receivers: receivers),
      value["limit_told"]?.string.flatMap { Int128($0) }
    )
  }

  // MARK: Facts

  private static func put(_ facts: AlertFacts, _ writer: inout JSONWriter) {
    switch facts {
    case .budget(let budget): put(budget, &writer)
    case .hold(let hold):
      put("hold", hold.hold, &writer)
      switch hold.heldBy {
      case .budget(let name): put("budget", name, &writer)
      case .guardrail(let name, let kind):
        put("guardrail", name, &writer)
        put("limit", kind.rawValue, &writer)
      }
      put("scope", hold.scope, &writer)
      put("detail", hold.detail, &writer)
      put("expires_at", hold.expiresAt, &writer)
      put("link", hold.link, &writer)
    case .traffic(let traffic):
      put("provider", traffic.provider, &writer)
      put("calls", String(traffic.calls), &writer)
      put("calls_in_all", traffic.callsInAll.map(String.init), &writer)
    case .run(let run):
      put("subject", run.subject, &writer)
      put("run", run.run, &writer)
      put("agent", run.agent, &writer)
      put("workflow", run.workflow, &writer)
      put("call", run.call, &writer)
      put("detail", run.detail, &writer)
      put("ends_at", run.endsAt, &writer)
    case .receiver(let name, let outcome):
      put("receiver", name, &writer)
      put("outcome", outcome, &writer)
    case .ledger(let reason): put("reason", reason, &writer)
    }
  }

  private static func put(_ budget: BudgetFacts, _ writer: inout JSONWriter) {
    put("budget", budget.budget, &writer)
    put("scope", budget.scope, &writer)
    put("unit", budget.unit.rawValue, &writer)
    put("limit", String(budget.limit), &writer)
    put("spent", String(budget.spent), &writer)
    put("reserved", String(budget.reserved), &writer)
    put("threshold", budget.thresholdPartsPerMillion.map(String.init), &writer)
    put("window_start", budget.windowStart, &writer)
    put("window_end", budget.windowEnd, &writer)
    put("exhaustion_at", budget.exhaustionAt, &writer)
  }

  private static func put(_ name: String, _ text: String?, _ writer: inout JSONWriter) {
    writer.key(name)
    writer.string(text)
  }

  private static func put(_ name: String, _ time: Timestamp?, _ writer: inout JSONWriter) {
    put(name, time.map { String($0.unixMicroseconds) }, &writer)
  }

  private static func facts(_ value: JSONValue) -> AlertFacts? {
    if let hold = value["hold"]?.string, let heldBy = heldBy(value), let expires = time("expires_at", value) {
      return .hold(
        HoldFacts(
          hold: hold, heldBy: heldBy, scope: value["scope"]?.string ?? "", detail: value["detail"]?.string,
          expiresAt: expires, link: value["link"]?.string))
    }
    if let budget = value["budget"]?.string { return self.budget(budget, value).map { .budget($0) } }
    if let provider = value["provider"]?.string {
      return .traffic(
        TrafficFacts(
          provider: provider, calls: number("calls", value).map { Int64(clamping: $0) } ?? 0,
          callsInAll: number("calls_in_all", value).map { Int64(clamping: $0) }))
    }
    if let subject = value["subject"]?.string, let ends = time("ends_at", value) {
      return .run(
        RunFacts(
          subject: subject, run: value["run"]?.string, agent: value["agent"]?.string ?? "",
          workflow: value["workflow"]?.string ?? "", call: value["call"]?.string ?? "",
          detail: value["detail"]?.string, endsAt: ends))
    }
    if let receiver = value["receiver"]?.string {
      return .receiver(receiver, outcome: value["outcome"]?.string ?? "")
    }
    return value["reason"]?.string.map { .ledger(reason: $0) }
  }

  private static func heldBy(_ value: JSONValue) -> HoldSubject? {
    if let budget = value["budget"]?.string { return .budget(budget) }
    guard let guardrail = value["guardrail"]?.string else { return nil }
    return value["limit"]?.string.flatMap(GuardrailLimit.Kind.init(rawValue:)).map { .guardrail(guardrail, $0) }
  }

  private static func budget(_ name: String, _ value: JSONValue) -> BudgetFacts? {
    guard let unit = value["unit"]?.string.flatMap(BudgetUnit.init(rawValue:)), let limit = number("limit", value)
    else { return nil }
    return BudgetFacts(
      budget: name, scope: value["scope"]?.string ?? "", unit: unit, limit: limit, spent: number("spent", value) ?? 0,
      reserved: number("reserved", value) ?? 0,
      thresholdPartsPerMillion: number("threshold", value).map { Int64(clamping: $0) },
      windowStart: time("window_start", value), windowEnd: time("window_end", value),
      exhaustionAt: time("exhaustion_at", value))
  }

  private static func number(_ name: String, _ value: JSONValue) -> Int128? {
    value[name]?.string.flatMap { Int128($0) }
  }

  private static func time(_ name: String, _ value: JSONValue) -> Timestamp? {
    value[name]?.string.flatMap { Int64($0) }.map { Timestamp(unixMicroseconds: $0) }
  }
}
