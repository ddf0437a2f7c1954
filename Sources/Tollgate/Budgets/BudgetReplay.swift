import Budgets
import Control
import Gateway
import Ledger
import Metering

/// Replays the calls of a ledger against budgets.
struct BudgetReplay: Sendable {
  var definitions: [BudgetDefinition]
  var range: TimeRange

  /// - Throws: ``LedgerError``; `refused` where a definition is wrong.
  func run(on spending: LedgerSpending, now: Timestamp) async throws -> BudgetSimulationAnswer {
    let start = range.from ?? Timestamp(unixMicroseconds: 0)
    let end = range.to ?? now
    var zones: [String: TimeZoneRules] = [:]
    do {
      for definition in definitions { zones[definition.timeZone] = try ZoneFile.rules(of: definition.timeZone) }
    } catch {
      throw LedgerError.refused("\(error)")
    }
    let sum = try await spending.survey(of: "", since: start) {
      [definitions, zones] forEach -> BudgetSimulationAnswer in
      var simulation: BudgetSimulation
      do {
        simulation = try BudgetSimulation(definitions, zones: zones, from: start)
      } catch {
        throw LedgerError.refused("\(error)")
      }
      var calls: Int64 = 0
      try forEach { call in
        guard call.startedAt < end, call.countsInBudgets else { return }
        calls += 1
        simulation.replay(
          SimulatedCall(
            call: call.call, used: call.used, startedAt: call.startedAt, endedAt: call.endedAt))
      }
      return BudgetSimulationAnswer(from: start, to: end, calls: calls, rows: simulation.finish())
    }.sum
    return sum
  }
}
