import Budgets
import Metering
import Observability
import Testing

@testable import Tollgate

/// Noon of 2026-11-23, UTC.
private let noon = Timestamp(unixMicroseconds: 1_795_435_200_000_000)

private func samples(_ definitions: [BudgetDefinition], _ calls: [BudgetCall]) throws -> [String] {
  var book = BudgetBook()
  for definition in definitions { try book.define(definition, at: noon) }
  for call in calls {
    let need = CallNeed(expected: CallAmounts(picodollars: 250_000_000_000, tokens: 10))
    guard case .admitted(let admission) = book.reserve(call, need, at: noon).outcome else { continue }
    if call.run != "in flight" {
      _ = book.settle(admission.reservation, CallAmounts(picodollars: 500_000_000_000, tokens: 20), at: noon)
    }
  }
  let readings = book.readings(
    windowsMax: BudgetMetrics.windowsMax(budgets: book.budgetCount), runsMax: 0, at: noon)
  let registry = MetricsRegistry()
  registry.readings(named: "tollgate_budget") { BudgetMetrics(readings: readings).families }
  return String(decoding: registry.expose(.prometheusText), as: UTF8.self).split(separator: "\n").map(String.init)
    .filter { $0.hasPrefix("tollgate_budget") }
}

private func call(_ id: Int64, workflow: String = "etl", run: String? = nil) -> BudgetCall {
  BudgetCall(id: CallID(rawValue: id), agent: "a", workflow: workflow, run: run, provider: "openai")
}

private func budget(_ name: String, _ limit: String, each: BudgetDimension? = nil) throws -> BudgetDefinition {
  var definition = BudgetDefinition(name: name, limit: try #require(BudgetLimit(limit)))
  definition.each = each
  if each == .run { definition.period = .total }
  return definition
}

@Suite struct BudgetMetricsTests {
  @Test("A shared limit shows what it allows, what was settled, what is reserved, and its window")
  func shared() throws {
    let found = try samples([try budget("day", "2 USD")], [call(1), call(2, run: "in flight")])
    for sample in [
      #"tollgate_budget_limit_usd{budget="day",scope="all"} 2"#,
      #"tollgate_budget_spent_usd{budget="day",scope="all"} 0.5"#,
      #"tollgate_budget_reserved_usd{budget="day",scope="all"} 0.25"#,
      #"tollgate_budget_used_ratio{budget="day",scope="all"} 0.25"#,
      #"tollgate_budget_window_start_timestamp_seconds{budget="day",scope="all"} 1795392000"#,
      #"tollgate_budget_window_end_timestamp_seconds{budget="day",scope="all"} 1795478400"#,
      #"tollgate_budget_decisions_total{budget="day",decision="allow"} 2"#,
      #"tollgate_budget_decisions_total{budget="day",decision="would_deny"} 0"#,
      #"tollgate_budget_overruns_total{budget="day"} 1"#,
      #"tollgate_budget_overrun_usd_total{budget="day"} 0.25"#,
      #"tollgate_budget_last_matched_timestamp_seconds{budget="day"} 1795435200"#,
      "tollgate_budget_waiting 0",
    ] { #expect(found.contains(sample), "\(sample)") }
    #expect(!found.contains { $0.contains("_tokens") || $0.contains("tollgate_budget_scopes") })
  }

  @Test("A budget that no call has asked yet begins at zero")
  func untouched() throws {
    let found = try samples([try budget("day", "5M tokens")], [])
    #expect(found.contains(#"tollgate_budget_limit_tokens{budget="day",scope="all"} 5000000"#))
    #expect(found.contains(#"tollgate_budget_spent_tokens{budget="day",scope="all"} 0"#))
    #expect(!found.contains { $0.contains("last_matched") })
  }

  @Test("A limit for each run shows how many are open and exhausted, and no run by its name")
  func runs() throws {
    let found = try samples(
      [try budget("runs", "0.5 USD", each: .run)], [call(1, run: "r"), call(2, run: "s"), call(3, run: "in flight")])
    #expect(found.contains(#"tollgate_budget_scopes{budget="runs",state="exhausted"} 2"#))
    #expect(found.contains(#"tollgate_budget_scopes{budget="runs",state="open"} 1"#))
    #expect(!found.contains { $0.contains("scope=") })
  }

  @Test("A window without an end has no time of its end, and a total none of its start")
  func endless() throws {
    var total = try budget("total", "5 calls")
    total.period = .total
    var rolling = try budget("rolling", "5 calls")
    rolling.period = .rolling(seconds: 3600)
    let found = try samples([total, rolling], [call(1)])
    #expect(!found.contains { $0.contains("window_end") })
    #expect(
      found.filter { $0.contains("window_start") } == [
        #"tollgate_budget_window_start_timestamp_seconds{budget="rolling",scope="all"} 1795431600"#
      ])
  }

  @Test("Of more scopes than fit, those of which most is used are shown, and all are counted")
  func bounded() throws {
    let calls = (1...1_200).map { call($0, workflow: "w\($0 % 1_100)") }
    let found = try samples([try budget("each", "2 USD", each: .workflow)], calls)
    let spent = found.filter { $0.hasPrefix("tollgate_budget_spent_usd") }
    #expect(spent.count == 1_000)
    #expect(spent.count { $0.hasSuffix(" 1") } == 100)
    #expect(found.contains(#"tollgate_budget_scopes{budget="each",state="open"} 1100"#))
  }
}
