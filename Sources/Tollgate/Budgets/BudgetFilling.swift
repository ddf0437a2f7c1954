import Budgets
import Gateway
import Ledger
import Logging
import Metering

/// Fills budgets at the start with what was spent before, so that a restart gives nobody a second allowance.
struct BudgetFilling {
  let desk: BudgetDesk
  let ledger: Ledger
  let logger: Logger

  /// Fills every budget of the book: by what the ledger kept for it, or, where it is new or counts something else now, by the
  /// calls of its current windows.
  func fill(_ definitions: [BudgetDefinition], at time: Timestamp) async throws {
    guard !definitions.isEmpty else { return }
    let kept = try await ledger.spending.kept()
    for definition in definitions {
      let basis = Self.basis(of: definition)
      if kept.bases[definition.name] == basis {
        restore(kept.debits[definition.name] ?? [], tells: false, at: time)
      } else {
        let debits = try await debits(of: definition, at: time)
        try await ledger.spending.replace(definition.name, basis: basis, with: debits)
        restore(debits, tells: true, at: time)
      }
    }
  }

  /// - Parameter tells: whether thresholds that are reached have not been told yet.
  private func restore(_ debits: [BudgetDebit], tells: Bool, at time: Timestamp) {
    let changes = desk.withBook { book in
      var all = BudgetChanges()
      for debit in debits {
        guard let changes = book.restore(debit, tells: tells, at: time) else { continue }
        all.released += changes.released
        all.events += changes.events
      }
      return all
    }
    desk.carryOn(changes, at: time)
  }

  /// What the calls of the budget's current windows took, from the rows that are left.
  private func debits(of definition: BudgetDefinition, at time: Timestamp) async throws -> [BudgetDebit] {
    let zone = try ZoneFile.rules(of: definition.timeZone)
    var sums: [BudgetDebit: Int64] = [:]
    var after: CallID?
    var book = BudgetBook()
    try book.define(definition, zone: zone, at: time)
    let start = Self.start(of: definition, zone, at: time)
    while true {
      let page = try await ledger.spending.calls(since: start, after: after, limit: LedgerSpending.pageCallsMax)
      for call in page {
        for debit in book.charge(call.call, call.used, startedAt: call.startedAt, at: call.startedAt).debits {
          var key = debit
          key.amount = 0
          sums[key, default: 0] = Self.sum(sums[key] ?? 0, debit.amount)
        }
      }
      guard let last = page.last, page.count == LedgerSpending.pageCallsMax else { break }
      after = last.call.id
    }
    if !sums.isEmpty {
      logger.notice("filled a budget from the calls so far", metadata: ["budget": "\(definition.name)"])
    }
    return sums.map { key, amount in
      var debit = key
      debit.amount = amount
      return debit
    }
  }

  private static func start(of definition: BudgetDefinition, _ zone: TimeZoneRules, at time: Timestamp) -> Timestamp {
    if case .rolling(let seconds) = definition.period {
      return Timestamp(unixMicroseconds: max(0, time.unixMicroseconds &- seconds &* 1_000_000))
    }
    return zone.window(of: definition.period, containing: time).start
  }

  private static func sum(_ total: Int64, _ amount: Int64) -> Int64 {
    let (sum, overflow) = total.addingReportingOverflow(amount)
    return overflow ? .max : sum
  }

  /// What the amounts of a budget are sums of: where this changes, they have to be counted anew. A limit, a mode or an alert can
  /// change without that.
  static func basis(of definition: BudgetDefinition) -> String {
    func list(_ patterns: [BudgetPattern]) -> String { patterns.map { "\($0.text.utf8.count):\($0.text)" }.joined() }
    let match = definition.match
    return [
      definition.each?.rawValue ?? "", definition.limit.unit.rawValue, "\(definition.period)", definition.timeZone,
      definition.countsSubscriptions ? "all" : "metered", list(match.agent), list(match.workflow), list(match.key),
      list(match.team), list(match.provider), list(match.model),
    ].joined(separator: "|")
  }
}
