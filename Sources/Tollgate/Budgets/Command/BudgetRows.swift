import Control
import Metering

/// Answers about budgets as rows of texts, for a terminal and as CSV.
struct BudgetRows {
  /// The names of members, which CSV has as its header.
  var columns: [(name: String, alignment: TextTable.Alignment)]
  var rows: [[String]]
  /// Stands above the table.
  var heading = ""
  /// What is said instead of a table without rows.
  var none: String

  var text: String {
    guard !rows.isEmpty else { return heading + none }
    var table = TextTable(
      columns: columns.map { column in
        (title: column.name.uppercased().replacing("_", with: " "), alignment: column.alignment)
      })
    table.rows = rows
    return heading + table.lines.map { $0 + "\n" }.joined()
  }

  var csvText: String { CSVText.document([columns.map(\.name)] + rows) }

  // MARK: Budgets

  static func list(_ page: JSONValue) -> BudgetRows {
    budgets(page["rows"].arrayValue)
  }

  static func one(_ budget: JSONValue) -> BudgetRows { budgets([budget]) }

  /// A line for each window, and one for a budget that has none yet.
  private static func budgets(_ budgets: [JSONValue]) -> BudgetRows {
    var rows: [[String]] = []
    for budget in budgets {
      let head = [text(budget["name"])]
      let tail = ["every", "mode", "bound", "source"].map { text(budget[$0]) }
      for window in budget["windows"].arrayValue {
        let amounts = ["scope", "limit", "spent", "reserved"].map { text(window[$0]) }
        rows.append(head + amounts + [percent(window["used_ratio"])] + tail + [text(window["end"])])
      }
      if budget["windows"].arrayValue.isEmpty {
        let scope = budget["each"].stringValue.map { "each \($0)" } ?? "all"
        rows.append(head + [scope, text(budget["limit"]), "", "", ""] + tail + [""])
      }
    }
    return BudgetRows(
      columns: [
        ("name", .left), ("scope", .left), ("limit", .right), ("spent", .right), ("reserved", .right), ("used", .right),
        ("every", .left), ("mode", .left), ("bound", .left), ("source", .left), ("end", .left),
      ], rows: rows, none: "There are no budgets.\n")
  }

  // MARK: Trials

  static func explanation(_ answer: JSONValue) -> BudgetRows {
    let provider = text(answer["provider"])
    let model = answer["priced_as"].stringValue.map { "\(provider)/\($0)" } ?? "\(provider), a model without a price"
    let source = answer["expected_from"].stringValue == "history" ? "what such calls have cost" : "the counts given"
    let worst =
      answer["hard_usd"].stringValue.map { "\($0) USD" } ?? "nothing bounds it, so that hard budgets refuse it"
    return BudgetRows(
      columns: [
        ("budget", .left), ("scope", .left), ("decision", .left), ("expected", .right), ("hard", .right),
        ("reserves", .right), ("spent", .right), ("reserved", .right), ("limit", .right),
      ],
      rows: answer["budgets"].arrayValue.map { budget in
        let window = budget["window"]
        return [text(budget["budget"]), text(window["scope"])]
          + ["decision", "expected", "hard", "reserves"].map { text(budget[$0]) }
          + ["spent", "reserved", "limit"].map { text(window[$0]) }
      },
      heading: """
        priced as   \(model)
        expected    \(text(answer["expected_usd"])) USD, \(text(answer["expected_tokens"])) tokens: \(source)
        worst case  \(worst)
        \(promptBounds(answer["prompt"]))
        """, none: "No budget matches.\n")
  }

  /// A line on how long a prompt can be; empty where no call was asked about.
  private static func promptBounds(_ prompt: JSONValue) -> String {
    guard case .object = prompt else { return "" }
    let byBytes = prompt["tokens_by_bytes"] == .null ? "none" : text(prompt["tokens_by_bytes"])
    let byReport = prompt["tokens_by_report"] == .null ? "none" : text(prompt["tokens_by_report"])
    let taken =
      switch prompt["taken"].stringValue {
      case "predecessor": "what the provider reported of the request before it is taken"
      case "response": "what the provider reported of the response before it is taken"
      case "bytes": "the bytes are taken"
      default: "nothing bounds it"
      }
    return "prompt      \(byBytes) tokens by its bytes, \(byReport) by what was reported before: \(taken)\n"
  }

  static func simulation(_ answer: JSONValue) -> BudgetRows {
    let names = [
      "budget", "scope", "workflow", "refusals", "first_refusal_at", "last_refusal_at", "waits", "waits_in_vain",
      "saved_usd", "saved_tokens",
    ]
    let right: Set = ["refusals", "waits", "waits_in_vain", "saved_usd", "saved_tokens"]
    let calls = grouped(Int64(clamping: answer["calls"].integerValue ?? 0))
    return BudgetRows(
      columns: names.map { (name: $0, alignment: right.contains($0) ? .right : .left) },
      rows: answer["rows"].arrayValue.map { row in names.map { text(row[$0]) } },
      heading: "\(calls) calls from \(text(answer["from"])) to \(text(answer["to"]))\n",
      none: "No budget would have stood in the way.\n")
  }

  // MARK: Cells

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text), .decimal(let text): text
    case .integer(let number): String(number)
    default: ""
    }
  }

  /// A share with six digits after the point, in percent with one.
  private static func percent(_ ratio: JSONValue) -> String {
    let text = text(ratio)
    guard let parts = MoneyText.picodollars(text) else { return text }
    return percentage(parts, of: 1_000_000_000_000)
  }
}
