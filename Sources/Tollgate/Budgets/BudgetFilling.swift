import Budgets
import Control
import Gateway
import Ledger
import Logging
import Metering

/// Fills budgets at the start with what was spent before, so that a restart gives nobody a second allowance.
struct BudgetFilling {
  let desk: BudgetDesk
  let ledger: Ledger
  let logger: Logger

  /// Fills every budget of the book: by what the ledger kept for it, or, where it is new, was out of force for a time, or counts
  /// something else now, by the calls of its current windows.
  func fill(_ definitions: [BudgetDefinition], at time: Timestamp) async throws {
    let kept = try await ledger.spending.kept()
    for definition in definitions {
      let basis = Self.basis(of: definition)
      let isKept = kept.bases[definition.name] == basis
      if isKept, !kept.interrupted.contains(definition.name) {
        restore(kept.debits[definition.name] ?? [], at: time)
        continue
      }
      var sums = try await survey(definition, at: time).sums
      // What was kept before it went out may be older than the rows that are left: neither is more than was spent.
      for debit in isKept ? kept.debits[definition.name] ?? [] : [] {
        let key = Self.key(of: debit)
        sums[key] = max(sums[key] ?? 0, debit.amount)
      }
      let debits = Self.debits(sums)
      try await ledger.spending.replace(definition.name, basis: basis, with: debits)
      restore(debits, at: time)
    }
    try await ledger.spending.inForce(Set(definitions.map(\.name)))
  }

  /// Brings what calls took before a budget was put in force to what they have taken since.
  func complete(_ definition: BudgetDefinition, at time: Timestamp) async throws {
    let found = try await survey(definition, at: time)
    var sums = found.sums
    for debit in found.kept {
      let key = Self.key(of: debit)
      sums[key] = sums[key].map { Self.sum($0, -max(0, debit.amount)) }
    }
    let missing = Self.debits(sums).filter { $0.amount > 0 }
    try await ledger.spending.complete(definition.name, basis: Self.basis(of: definition), with: missing)
    restore(missing, at: time)
  }

  /// Thresholds that are reached are told, since the process before may have died before it did. What people were told of is known
  /// to the alerts, which tell it once.
  private func restore(_ debits: [BudgetDebit], at time: Timestamp) {
    let changes = desk.withBook { book in
      var all = BudgetChanges()
      for debit in debits {
        guard let changes = book.restore(debit, tells: true, at: time) else { continue }
        all.released += changes.released
        all.events += changes.events
      }
      return all
    }
    desk.carryOn(changes, at: time)
  }

  /// What the calls of the budget's current windows took, from the rows that are left, and what is kept of that already.
  private func survey(
    _ definition: BudgetDefinition, at time: Timestamp
  ) async throws -> (sums: [BudgetDebit: Int64], kept: [BudgetDebit]) {
    let zone = try ZoneFile.rules(of: definition.timeZone)
    let start = Self.start(of: definition, zone, at: time)
    let (sums, kept) = try await ledger.spending.survey(of: definition.name, since: start) {
      forEach -> [BudgetDebit: Int64] in
      var sums: [BudgetDebit: Int64] = [:]
      var book = BudgetBook()
      try book.define(definition, zone: zone, at: time)
      try forEach { call in
        guard call.countsInBudgets else { return }
        for debit in book.charge(call.call, call.used, startedAt: call.startedAt, at: call.startedAt).debits {
          let key = Self.key(of: debit)
          sums[key] = Self.sum(sums[key] ?? 0, debit.amount)
        }
      }
      return sums
    }
    if !sums.isEmpty {
      logger.notice("filled a budget from the calls so far", metadata: ["budget": "\(definition.name)"])
    }
    return (sums, kept)
  }

  /// A debit without its amount.
  private static func key(of debit: BudgetDebit) -> BudgetDebit {
    var key = debit
    key.amount = 0
    return key
  }

  private static func debits(_ sums: [BudgetDebit: Int64]) -> [BudgetDebit] {
    sums.map { key, amount in
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
    // Runs of two keys are two: what was summed up by their names alone is no sum of theirs.
    func scopes(_ each: BudgetDimension) -> String { each == .run ? "run,key" : each.rawValue }
    func list(_ patterns: [BudgetPattern]) -> String { patterns.map { "\($0.text.utf8.count):\($0.text)" }.joined() }
    let match = definition.match
    return [
      definition.each.map(scopes) ?? "", definition.limit.unit.rawValue, "\(definition.period)", definition.timeZone,
      definition.countsSubscriptions ? "all" : "metered", list(match.agent), list(match.workflow), list(match.key),
      list(match.team), list(match.provider), list(match.model),
    ].joined(separator: "|")
  }
}
