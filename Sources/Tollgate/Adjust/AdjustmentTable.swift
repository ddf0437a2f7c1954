/// Entries of the books, as `/api/v1/adjustments` shows them, for people.
struct AdjustmentTable {
  var rows: [JSONValue]

  private static let members = [
    "id", "booked_at", "effective_at", "kind", "call", "provider", "model", "project", "agent", "workflow", "run",
    "delta_usd", "delta_pico_usd", "cost_source", "priced_as", "reason", "who",
  ]

  /// Every member, a header line first.
  var csvText: String {
    CSVText.document([Self.members] + rows.map { row in Self.members.map { Self.text(row[$0]) } })
  }

  var text: String {
    var table = TextTable(columns: [
      (title: "ID", alignment: .right), (title: "COUNTS ON", alignment: .left), (title: "KIND", alignment: .left),
      (title: "FOR", alignment: .left), (title: "AMOUNT USD", alignment: .right), (title: "WHO", alignment: .left),
      (title: "REASON", alignment: .left),
    ])
    table.rows = rows.map { row in
      [
        Self.text(row["id"]), String(Self.text(row["effective_at"]).prefix(10)), Self.text(row["kind"]),
        Self.scope(row),
        Self.text(row["delta_usd"]), Self.text(row["who"]), Self.text(row["reason"]),
      ]
    }
    return table.lines.map { $0 + "\n" }.joined()
  }

  private static func scope(_ row: JSONValue) -> String {
    let names = ["provider", "model", "project", "agent", "workflow", "run"]
    let parts = names.compactMap { name in row[name].stringValue.map { name == "provider" ? $0 : "\(name) \($0)" } }
    return ((row["call"].stringValue.map { ["call \($0)"] } ?? []) + parts).joined(separator: ", ")
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    default: ""
    }
  }
}
