internal import Budgets
public import Ledger
internal import Metering
public import Observability
internal import Runs

/// Held calls as the API, the audit log and alerts show them. Amounts are texts with their unit, as limits are written.
public enum HoldJSON {
  /// One hold.
  public static func document(_ hold: HoldRecord) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writeMembers(of: hold, to: &$0) }
    return writer.bytes
  }

  /// A page of holds.
  static func page(_ holds: [HoldRecord], next: HoldRecord?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in
        for hold in holds { writer.object { writeMembers(of: hold, to: &$0) } }
      }
      writer.key("next")
      writer.string(next?.id.description)
    }
    return writer.bytes
  }

  /// Writes the members of a hold's object.
  public static func writeMembers(of hold: HoldRecord, to writer: inout JSONWriter) {
    let texts: [(String, String?)] = [
      ("id", hold.id.description), ("state", hold.state.rawValue), ("call", hold.call.description),
      ("opened_at", hold.openedAt.rfc3339), ("until", hold.until.rfc3339), ("agent", hold.agent),
      ("workflow", hold.workflow), ("run", hold.run), ("key", hold.key), ("team", hold.team),
      ("provider", hold.provider), ("model", hold.model), ("budget", hold.shortfall?.budget),
      ("scope", hold.shortfall?.scope), ("limit", hold.shortfall.map { $0.unit.text($0.limit) }),
      ("spent", hold.shortfall.map { $0.unit.text($0.spent) }),
      ("reserved", hold.shortfall.map { $0.unit.text($0.reserved) }),
      ("need", hold.shortfall.map { $0.unit.text($0.need) }),
      ("expected_usd", MoneyText.usd(Int128(hold.expectedPicodollars))),
      ("bound_usd", hold.boundPicodollars.map { MoneyText.usd(Int128($0)) }),
    ]
    for (name, text) in texts {
      writer.key(name)
      writer.string(text)
    }
    writer.key("guardrail")
    if let trip = hold.trip { writer.object { write(trip, to: &$0) } } else { writer.null() }
    writer.key("end")
    guard let end = hold.end else { return writer.null() }
    writer.object { write(end, of: hold.shortfall?.unit, to: &$0) }
  }

  /// What the run has reached.
  private static func write(_ trip: GuardrailTrip, to writer: inout JSONWriter) {
    writer.member("name", trip.guardrail)
    writer.member("limit", trip.kind.rawValue)
    writer.member("at_most", GuardrailLimit(trip.kind, trip.limit).amountText)
    writer.member("value", GuardrailLimit(trip.kind, trip.value).amountText)
    writer.member("tool", trip.tool)
    writer.member("detail", trip.description)
  }

  private static func write(_ end: HoldRecord.End, of unit: BudgetUnit?, to writer: inout JSONWriter) {
    let texts: [(String, String?)] = [("at", end.at.rfc3339), ("by", end.by), ("reason", end.reason)]
    for (name, text) in texts {
      writer.key(name)
      writer.string(text)
    }
    writer.key("approval")
    guard let approval = end.approval else { return writer.null() }
    writer.object { writer in
      writer.member("extent", approval.extent.rawValue)
      writer.member("amount", approval.amount.flatMap { unit?.text($0) })
      writer.member("until", approval.until.rfc3339)
    }
  }
}
