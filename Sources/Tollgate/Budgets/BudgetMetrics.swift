import Budgets
import Gateway
import Metering
import Observability

extension MetricsRegistry {
  /// Makes the `tollgate_budget_` metrics, read from the book at each scrape.
  func budgetMetrics(of desk: BudgetDesk, now: @escaping @Sendable () -> Timestamp) {
    readings(named: "tollgate_budget") {
      let time = now()
      return BudgetMetrics(
        readings: desk.withBook { book in
          book.readings(windowsMax: BudgetMetrics.windowsMax(budgets: book.budgetCount), runsMax: 0, at: time)
        }
      ).families
    }
  }
}

/// The state of budgets as metrics.
struct BudgetMetrics {
  /// Windows of all budgets that are exposed, with seven lines each. Of a budget with more scopes than its share, those of which
  /// most is used.
  static let windowsMax = 1_000

  var readings: [BudgetReading]

  /// How many windows each of so many budgets shows.
  static func windowsMax(budgets: Int) -> Int { max(1, windowsMax / max(1, budgets)) }

  var families: [ReadFamily] {
    BudgetUnit.allCases.flatMap(amounts) + windows + [decisions, overruns] + BudgetUnit.allCases.map(overrunAmounts)
      + [scopes, lastMatches, waiting]
  }

  // MARK: Windows

  private func amounts(_ unit: BudgetUnit) -> [ReadFamily] {
    func family(_ what: String, _ help: String, _ amount: (WindowReading) -> Int64) -> ReadFamily {
      var family = ReadFamily(
        MetricDescriptor(
          "tollgate_budget_\(what)_\(unit.rawValue)", unit: unit == .usd ? .usd : nil, help: help), .gauge)
      for budget in readings where budget.unit == unit {
        family.add(
          budget.windows.map {
            (Self.labels(budget, $0), MetricReading(amount($0), fractionDigits: unit.fractionDigits))
          })
      }
      return family
    }
    return [
      family("limit", "What a window of a budget allows, raises included.") { $0.limit },
      family("spent", "What was settled in a window of a budget.") { $0.spent },
      family("reserved", "What calls in flight have reserved in a window of a budget.") { $0.reserved },
    ]
  }

  private var windows: [ReadFamily] {
    func family(
      _ name: String, _ help: String, fractionDigits: Int = 6, _ value: (WindowReading) -> Int64?
    ) -> ReadFamily {
      var family = ReadFamily(MetricDescriptor("tollgate_budget_\(name)", help: help), .gauge)
      for budget in readings {
        family.add(
          budget.windows.compactMap { window in
            value(window).map { (Self.labels(budget, window), MetricReading($0, fractionDigits: fractionDigits)) }
          })
      }
      return family
    }
    return [
      family("used_ratio", "What was settled in a window of a budget, as a share of its limit.") {
        $0.usedPartsPerMillion
      },
      family("window_start_timestamp_seconds", "When a budget's window began, in seconds since 1970.") {
        $0.startsAt?.unixMicroseconds
      },
      family("window_end_timestamp_seconds", "When a budget's window ends, in seconds since 1970.") {
        $0.endsAt?.unixMicroseconds
      },
      family(
        "exhaustion_timestamp_seconds",
        "When a budget's window will be used up at its rate so far, in seconds since 1970; absent without a forecast."
      ) { $0.exhaustionAt?.unixMicroseconds },
    ]
  }

  // MARK: Budgets

  private var decisions: ReadFamily {
    var family = ReadFamily(
      MetricDescriptor("tollgate_budget_decisions", help: "Calls that a budget decided on, by what it decided."),
      .counter)
    for budget in readings {
      family.add(
        BudgetDecision.Kind.allCases.map { kind in
          (BudgetDecisionLabels(budget: budget.name, decision: kind), MetricReading(budget.decisions[kind]))
        })
    }
    return family
  }

  private var overruns: ReadFamily {
    each("tollgate_budget_overruns", "Calls that used more of a budget than they had reserved.", .counter) {
      MetricReading($0.overruns.calls)
    }
  }

  private func overrunAmounts(_ unit: BudgetUnit) -> ReadFamily {
    each(
      "tollgate_budget_overrun_\(unit.rawValue)", "What calls used of a budget beyond what they had reserved.",
      .counter,
      unit: unit == .usd ? .usd : nil
    ) { $0.unit == unit ? MetricReading($0.overruns.amount, fractionDigits: unit.fractionDigits) : nil }
  }

  private var lastMatches: ReadFamily {
    each(
      "tollgate_budget_last_matched_timestamp_seconds",
      "When a budget last matched a call, in seconds since 1970; absent before it has.", .gauge
    ) { budget in budget.lastMatchedAt.map { MetricReading($0.unixMicroseconds, fractionDigits: 6) } }
  }

  /// Of budgets whose limit is for each of something, so that it is known when not every window is shown.
  private var scopes: ReadFamily {
    var family = ReadFamily(
      MetricDescriptor("tollgate_budget_scopes", help: "Scopes of a budget whose limit is for each, by state."), .gauge)
    for budget in readings where budget.each != nil {
      family.add([
        (BudgetStateLabels(budget: budget.name, state: .open), MetricReading(Int64(budget.openScopes))),
        (BudgetStateLabels(budget: budget.name, state: .exhausted), MetricReading(Int64(budget.exhaustedScopes))),
      ])
    }
    return family
  }

  private var waiting: ReadFamily {
    var family = ReadFamily(
      MetricDescriptor("tollgate_budget_waiting", help: "Calls that wait for others' reservations to end."), .gauge)
    family.add([(NoLabels(), MetricReading(readings.reduce(0) { $0 &+ Int64($1.waiting) }))])
    return family
  }

  private func each(
    _ name: String, _ help: String, _ kind: MetricKind, unit: MetricUnit? = nil,
    _ value: (BudgetReading) -> MetricReading?
  ) -> ReadFamily {
    var family = ReadFamily(MetricDescriptor(name, unit: unit, help: help), kind)
    family.add(
      readings.compactMap { budget in value(budget).map { (BudgetLabels(budget: budget.name), $0) } })
    return family
  }

  private static func labels(_ budget: BudgetReading, _ window: WindowReading) -> BudgetScopeLabels {
    BudgetScopeLabels(budget: budget.name, scope: window.scope)
  }
}

extension BudgetUnit {
  /// Digits after the point, where an amount is shown as a number: pico-dollars are shown as dollars.
  fileprivate var fractionDigits: Int { self == .usd ? MoneyCounter.fractionDigits : 0 }
}
