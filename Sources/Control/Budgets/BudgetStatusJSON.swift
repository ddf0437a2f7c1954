internal import Budgets
internal import Ledger
internal import Metering
internal import Observability

/// Budgets as the API and the commands show them.
public enum BudgetStatusJSON {
  /// All budgets: one page.
  public static func page(_ budgets: [BudgetStatus]) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in for budget in budgets { write(budget, to: &writer) } }
      writer.key("next")
      writer.null()
    }
    return writer.bytes
  }

  /// One budget.
  public static func document(_ budget: BudgetStatus) -> [UInt8] {
    var writer = JSONWriter()
    write(budget, to: &writer)
    return writer.bytes
  }

  private static func write(_ budget: BudgetStatus, to writer: inout JSONWriter) {
    let reading = budget.reading
    let unit = budget.definition.limit.unit
    writer.object { writer in
      budget.definition.writeMembers(to: &writer)
      writer.member("source", budget.isConfigured ? "configuration" : "api")
      writer.member("last_matched_at", reading.lastMatchedAt?.rfc3339)
      writer.member("waiting", reading.waiting)
      writer.member("open_scopes", reading.openScopes)
      writer.member("exhausted_scopes", reading.exhaustedScopes)
      writer.key("decisions")
      writer.object { writer in
        for kind in BudgetDecision.Kind.allCases { writer.member(kind.rawValue, reading.decisions[kind]) }
      }
      writer.key("overruns")
      writer.object { writer in
        writer.member("calls", reading.overruns.calls)
        writer.member("amount", unit.text(reading.overruns.amount))
      }
      writer.key("raises")
      writer.array { writer in
        for raise in budget.raises { writer.object { raise.writeMembers(unit: unit, to: &$0) } }
      }
      writer.key("windows")
      writer.array { writer in for window in reading.windows { write(window, unit, to: &writer) } }
    }
  }

  static func write(_ window: WindowReading, _ unit: BudgetUnit, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("scope", window.scope)
      writer.member("start", window.startsAt?.rfc3339)
      writer.member("end", window.endsAt?.rfc3339)
      writer.member("limit", unit.text(window.limit))
      writer.member("spent", unit.text(window.spent))
      writer.member("reserved", unit.text(window.reserved))
      writer.key("used_ratio")
      writer.decimal(window.usedPartsPerMillion, fractionDigits: 6)
      writer.member("exhaustion_at", window.exhaustionAt?.rfc3339)
    }
  }
}

/// What budgets would decide of a call.
public enum CallExplanationJSON {
  public static func document(_ explanation: CallExplanation) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("provider", explanation.provider)
      writer.member("priced_as", explanation.pricedAs)
      writer.member("expected_from", explanation.isExpectedFromHistory ? "history" : "counts")
      writer.member("expected_usd", MoneyText.usd(Int128(explanation.expected.picodollars)))
      writer.member("expected_tokens", explanation.expected.tokens)
      writer.member("hard_usd", explanation.boundPicodollars.map { MoneyText.usd(Int128($0)) })
      writer.member("hard_tokens", explanation.boundTokens)
      writer.key("prompt")
      if let prompt = explanation.prompt {
        writer.object { writer in
          writer.member("tokens_by_bytes", prompt.tokensByBytes)
          writer.member("tokens_by_report", prompt.tokensByReport)
          writer.member("taken", prompt.taken)
        }
      } else {
        writer.null()
      }
      writer.key("budgets")
      writer.array { writer in for budget in explanation.budgets { write(budget, to: &writer) } }
    }
    return writer.bytes
  }

  private static func write(_ budget: BudgetExplanation, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("budget", budget.budget)
      writer.member("decision", budget.decision.rawValue)
      writer.member("expected", budget.unit.text(budget.expected))
      writer.member("hard", budget.bound.map(budget.unit.text))
      writer.member("reserves", budget.need.map(budget.unit.text))
      writer.member("clamp_output_tokens", budget.clampOutputTokens)
      writer.key("window")
      BudgetStatusJSON.write(budget.window, budget.unit, to: &writer)
    }
  }
}

/// What budgets would have done.
public enum BudgetSimulationJSON {
  public static func document(_ answer: BudgetSimulationAnswer) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("from", answer.from.rfc3339)
      writer.member("to", answer.to.rfc3339)
      writer.member("calls", answer.calls)
      writer.key("rows")
      writer.array { writer in for row in answer.rows { write(row, to: &writer) } }
    }
    return writer.bytes
  }

  private static func write(_ row: SimulatedRefusals, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("budget", row.budget)
      writer.member("scope", row.scope)
      writer.member("workflow", row.workflow)
      writer.member("refusals", row.refusals)
      writer.member("first_refusal_at", row.firstRefusalAt?.rfc3339)
      writer.member("last_refusal_at", row.lastRefusalAt?.rfc3339)
      writer.member("waits", row.waits)
      writer.member("waits_in_vain", row.waitsInVain)
      writer.member("saved_usd", MoneyText.usd(Int128(row.saved.picodollars)))
      writer.member("saved_tokens", row.saved.tokens)
    }
  }
}
