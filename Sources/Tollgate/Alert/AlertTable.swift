/// Alerts, as `/api/v1/alerts` shows them, for people.
struct AlertTable {
  var rows: [JSONValue]

  var text: String {
    var table = TextTable(columns: [
      (title: "SINCE", alignment: .left), (title: "STATUS", alignment: .left), (title: "SEVERITY", alignment: .left),
      (title: "ALERT", alignment: .left), (title: "TOLD TO", alignment: .left),
    ])
    table.rows = rows.map { row in
      [
        Self.time(row["started_at"]), row["status"].stringValue ?? "", row["severity"].stringValue ?? "",
        row["summary"].stringValue ?? "", Self.told(row["messages"].arrayValue),
      ]
    }
    return table.lines.map { $0 + "\n" }.joined()
  }

  /// Each receiver with the state of its newest message.
  private static func told(_ messages: [JSONValue]) -> String {
    var states: [(receiver: String, text: String)] = []
    for message in messages {
      let receiver = message["receiver"].stringValue ?? ""
      states.removeAll { $0.receiver == receiver }
      let state = message["state"].stringValue ?? ""
      let isFine = state == "delivered"
      states.append(
        (
          receiver,
          isFine ? receiver : "\(receiver) (\(state): \(message["last_outcome"].stringValue ?? "not sent yet"))"
        ))
    }
    return states.isEmpty ? "nobody" : states.map(\.text).joined(separator: ", ")
  }

  private static func time(_ value: JSONValue) -> String {
    String((value.stringValue ?? "").prefix(19)).replacing("T", with: " ")
  }
}
