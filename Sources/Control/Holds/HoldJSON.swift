internal import Budgets
public import Ledger
internal import Metering
public import Observability

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
      ("provider", hold.provider), ("model", hold.model), ("budget", hold.budget), ("scope", hold.scope),
      ("limit", hold.unit.text(hold.limit)), ("spent", hold.unit.text(hold.spent)),
      ("reserved", hold.unit.text(hold.reserved)), ("need", hold.unit.text(hold.need)),
      ("expected_usd", MoneyText.usd(Int128(hold.expectedPicodollars))),
      ("bound_usd", hold.boundPicodollars.map { MoneyText.usd(Int128($0)) }),
    ]
    for (name, text) in texts {
      writer.key(name)
      writer.string(text)
    }
    writer.key("end")
    guard let end = hold.end else { return writer.null() }
    writer.object { write(end, of: hold.unit, to: &$0) }
  }

  private static func write(_ end: HoldRecord.End, of unit: BudgetUnit, to writer: inout JSONWriter) {
    let texts: [(String, String?)] = [("at", end.at.rfc3339), ("by", end.by), ("reason", end.reason)]
    for (name, text) in texts {
      writer.key(name)
      writer.string(text)
    }
    writer.key("approval")
    guard let approval = end.approval else { return writer.null() }
    writer.object { writer in
      writer.member("extent", approval.extent.rawValue)
      writer.member("amount", unit.text(approval.amount))
      writer.member("until", approval.until.rfc3339)
    }
  }
}
