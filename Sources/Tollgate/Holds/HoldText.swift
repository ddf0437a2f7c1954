/// Held calls for people.
enum HoldText {
  static func table(_ rows: [JSONValue]) -> String {
    guard !rows.isEmpty else { return "No call waits for a person.\n" }
    let columns: [(title: String, name: String)] = [
      ("ID", "id"), ("STATE", "state"), ("SINCE", "opened_at"), ("HELD BY", "held_by"), ("SCOPE", "scope"),
      ("AGENT", "agent"), ("WORKFLOW", "workflow"), ("RUN", "run"), ("MODEL", "model"), ("NEEDS", "need"),
    ]
    var table = TextTable(columns: columns.map { (title: $0.title, alignment: .left) })
    table.rows = rows.map { row in columns.map { cell(row, $0.name) } }
    return table.lines.map { $0 + "\n" }.joined()
  }

  static func facts(_ hold: JSONValue) -> String {
    var lines: [(String, String?)] = [
      "id", "state", "call", "opened_at", "until", "agent", "workflow", "run", "key", "team", "provider", "model",
      "budget", "scope", "limit", "spent", "reserved", "need", "expected_usd", "bound_usd",
    ].map { ($0, hold[$0].stringValue) }
    lines.append(("guardrail", hold["guardrail"]["detail"].stringValue))
    let end = hold["end"]
    lines += ["at", "by", "reason"].map { ("ended_\($0)", end[$0].stringValue) }
    lines += ["extent", "amount", "until"].map { ("approved_\($0)", end["approval"][$0].stringValue) }
    return lines.compactMap { name, value in
      value.map { name + String(repeating: " ", count: max(1, 18 - name.utf8.count)) + $0 + "\n" }
    }.joined()
  }

  private static func cell(_ row: JSONValue, _ name: String) -> String {
    switch name {
    // Times to the second.
    case "opened_at": String((row[name].stringValue ?? "").prefix(19))
    case "held_by": row["budget"].stringValue ?? row["guardrail"]["name"].stringValue ?? ""
    // What the run has reached, in place of a budget's scope and what the call needs of it.
    case "scope": row[name].stringValue ?? row["guardrail"]["limit"].stringValue ?? ""
    case "need": row[name].stringValue ?? row["guardrail"]["value"].stringValue ?? ""
    default: row[name].stringValue ?? ""
    }
  }
}
