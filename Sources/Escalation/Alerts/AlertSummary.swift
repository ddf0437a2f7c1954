import Budgets
import Ledger
import Metering
import Observability

extension AlertNotice {
  /// One sentence that says what happened.
  public var summary: String {
    let sentence = Self.sentence(group.rule, conditions, count: conditions.count + othersCount)
    return isFiring ? sentence : "Resolved: \(sentence)"
  }

  private static func sentence(_ rule: AlertRule, _ conditions: [AlertCondition], count: Int) -> String {
    switch conditions.first?.facts {
    case .budget(let facts): BudgetText(facts).sentence(rule, scopes: count)
    case .hold(let hold):
      count == 1
        ? "A call of \(BudgetText.scope(hold.scope)) waits for approval, under \(hold.subjectText)"
        : "\(count) calls wait for approval, under \(hold.heldBy)"
    case .traffic(let traffic): sentence(rule, traffic)
    case .run(let run): sentence(rule, run, count: count)
    case .receiver(let name, let outcome): "The receiver \"\(name)\" does not take its messages: \(outcome)"
    case .ledger(let reason): "The ledger cannot be written: \(reason)"
    case nil: "Nothing is known any more of what it was about"
    }
  }

  private static func sentence(_ rule: AlertRule, _ run: RunFacts, count: Int) -> String {
    let others = count > 1 ? ", and \(count - 1) more" : ""
    let what = rule == .guardrailTripped ? run.detail ?? "guardrail \(run.subject)" : run.subject
    let tool = rule == .anomaly ? run.detail.map { " (\($0))" } ?? "" : ""
    return "\(what)\(tool): agent \(run.agent), workflow \(run.workflow), call \(run.call)\(others)".listed
  }

  private static func sentence(_ rule: AlertRule, _ facts: TrafficFacts) -> String {
    let calls = facts.calls == 1 ? "1 call" : "\(facts.calls) calls"
    let inAll = facts.callsInAll.map { " of \($0)" } ?? ""
    return switch rule {
    case .unpriced: "\(calls) to \(facts.provider) had a model without a price"
    case .unmetered: "\(calls) to \(facts.provider) could not be metered"
    default: "The provider \(facts.provider) fails: \(calls)\(inAll)"
    }
  }
}

/// What is said of a budget's scope.
struct BudgetText {
  private let facts: BudgetFacts

  init(_ facts: BudgetFacts) { self.facts = facts }

  /// An amount with its unit: `12.5 USD`, `200 calls`.
  func amount(_ value: Int128) -> String { "\(number(value)) \(unit)" }

  /// An amount without its unit: a decimal number.
  func number(_ value: Int128) -> String {
    facts.unit == .usd ? DecimalText.text(value, fractionDigits: 12) : String(value)
  }

  /// The threshold as a percentage: `80%`, `99.5%`.
  var threshold: String? {
    facts.thresholdPartsPerMillion.map { DecimalText.text(Int128($0), fractionDigits: 4) + "%" }
  }

  /// Who a scope is, for the middle of a sentence.
  static func scope(_ scope: String) -> String { scope.isEmpty ? "all callers" : scope.listed }

  func sentence(_ rule: AlertRule, scopes: Int) -> String {
    "Budget \"\(facts.budget)\": " + (scopes == 1 ? ofOne(rule) : ofMany(rule, scopes))
  }

  private var unit: String {
    switch facts.unit {
    case .usd: "USD"
    case .tokens: "tokens"
    case .calls: "calls"
    case .toolCalls: "tool calls"
    }
  }

  private var spent: String { "\(number(facts.spent)) of \(amount(facts.limit)) spent" }

  private func ofOne(_ rule: AlertRule) -> String {
    let scope = Self.scope(facts.scope)
    return switch rule {
    case .budgetThreshold: "\(scope) reached \(threshold ?? "a threshold") (\(spent))"
    case .budgetRefusing:
      "calls of \(scope) are held back (\(spent), \(number(facts.reserved)) reserved)"
    case .budgetForecast:
      "\(scope) will reach the limit\(facts.exhaustionAt.map { " at \($0.rfc3339)" } ?? "") (\(spent))"
    default: "a call of \(scope) cost more than was reserved for it (\(spent))"
    }
  }

  private func ofMany(_ rule: AlertRule, _ scopes: Int) -> String {
    switch rule {
    case .budgetThreshold: "\(scopes) scopes reached \(threshold ?? "a threshold") of their limit"
    case .budgetRefusing: "calls of \(scopes) scopes are held back"
    case .budgetForecast: "\(scopes) scopes will reach their limit before the window ends"
    default: "calls of \(scopes) scopes cost more than was reserved for them"
    }
  }
}

extension HoldFacts {
  /// What holds the call; of a guardrail, what the run has reached.
  fileprivate var subjectText: String { detail?.listed ?? "\(heldBy)" }
}
