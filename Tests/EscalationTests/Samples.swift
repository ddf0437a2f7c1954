import Budgets
import Ledger
import Metering

@testable import Escalation

extension Timestamp {
  /// 2026-11-23T05:06:07Z
  static let start = Timestamp(unixMicroseconds: 1_795_410_367_000_000)
  /// The day that ``start`` falls on.
  static let dayStart = Timestamp(unixMicroseconds: 1_795_392_000_000_000)
  static let dayEnd = Timestamp(unixMicroseconds: 1_795_478_400_000_000)

  static func at(_ seconds: Int64) -> Timestamp { .start + seconds * 1_000_000 }
}

extension BudgetFacts {
  /// 80 % of 200 USD a day.
  static func sample(
    _ scope: String = "workflow=nightly", budget: String = "workflows", limitUSD: Int128 = 200,
    threshold: Int64? = 800_000
  ) -> BudgetFacts {
    BudgetFacts(
      budget: budget, scope: scope, unit: .usd, limit: limitUSD * 1_000_000_000_000, spent: 160_500_000_000_000,
      reserved: 1_250_000_000_000, thresholdPartsPerMillion: threshold, windowStart: .dayStart, windowEnd: .dayEnd)
  }
}

extension AlertCondition {
  static func threshold(
    _ scope: String = "workflow=nightly", limitUSD: Int128 = 200, threshold: Int64 = 800_000,
    receivers: [String] = ["ops"]
  ) -> AlertCondition {
    AlertCondition(
      rule: .budgetThreshold, severity: .warning,
      facts: .budget(.sample(scope, limitUSD: limitUSD, threshold: threshold)), receivers: receivers)
  }

  static func failing(_ provider: String = "openai") -> AlertCondition {
    AlertCondition(
      rule: .upstreamFailing, severity: .error,
      facts: .traffic(TrafficFacts(provider: provider, calls: 12, callsInAll: 14)), receivers: ["ops", "pager"])
  }
}

extension AlertBoard {
  static func sample(seed: UInt64 = 1) -> AlertBoard { AlertBoard(seed: (seed, seed &+ 1)) }

  /// Everything that is told until a time, in steps of half a second.
  mutating func run(from: Timestamp = .start, seconds: Int64) -> [AlertNotice] {
    (0...seconds * 2).flatMap { advance(now: from + $0 * 500_000) }
  }
}

extension OutboxMessage {
  static func sample(
    _ sequence: Int64, receiver: String = "ops", alert: String? = nil, at time: Timestamp = .start, body: String = "{}"
  ) -> OutboxMessage {
    OutboxMessage(
      id: "msg_\(sequence)", sequence: sequence, receiver: receiver, alert: alert ?? "alt_\(sequence)",
      format: .webhook, createdAt: time, body: body)
  }
}
