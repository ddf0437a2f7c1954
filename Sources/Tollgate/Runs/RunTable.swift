/// Runs as a table, and as comma-separated values.
struct RunTable {
  var rows: [JSONValue]

  private static let members = [
    "id", "started_at", "agent", "workflow", "llm_calls", "tool_calls", "tool_errors", "max_fanout", "depth", "errors",
    "wall_ms", "cost_usd", "outcome",
  ]

  var text: String {
    var table = TextTable(
      columns: [
        ("RUN", .left), ("STARTED", .left), ("AGENT", .left), ("WORKFLOW", .left), ("CALLS", .right), ("TOOLS", .right),
        ("FAILED", .right),
        ("WIDTH", .right), ("DEPTH", .right), ("ERRORS", .right), ("TIME", .right),
        ("USD", .right), ("OUTCOME", .left),
      ])
    table.rows = rows.map { row in Self.members.map { Self.cell($0, row[$0]) } }
    return table.lines.map { $0 + "\n" }.joined()
  }

  var csvText: String {
    CSVText.document([Self.members] + rows.map { row in Self.members.map { Self.plain(row[$0]) } })
  }

  private static func cell(_ name: String, _ value: JSONValue) -> String {
    switch name {
    // To the second: what stands behind it says nothing to people.
    case "started_at": String((value.stringValue ?? "").prefix(19))
    case "wall_ms": RunDuration.text(milliseconds: RunDuration.milliseconds(value))
    case "outcome": value.stringValue ?? "live"
    default: plain(value)
    }
  }

  private static func plain(_ value: JSONValue) -> String {
    switch value {
    case .string(let text), .decimal(let text): text
    case .integer(let number): String(number)
    default: ""
    }
  }
}

/// How long something took, for people.
enum RunDuration {
  /// Of a number with a fraction, which is left out.
  static func milliseconds(_ value: JSONValue) -> Int64 {
    switch value {
    case .integer(let number): Int64(clamping: number)
    case .decimal(let text): Int64(text.prefix { $0 != "." }) ?? 0
    default: 0
    }
  }

  /// `850 ms`, `12.3 s`, `4:05`, `1:02:03`.
  static func text(milliseconds: Int64) -> String {
    let seconds = milliseconds / 1000
    switch milliseconds {
    case ..<1000: return "\(max(0, milliseconds)) ms"
    case ..<60_000: return "\(seconds).\(milliseconds % 1000 / 100) s"
    case ..<3_600_000: return "\(seconds / 60):\(twoDigits(seconds % 60))"
    default: return "\(seconds / 3600):\(twoDigits(seconds / 60 % 60)):\(twoDigits(seconds % 60))"
    }
  }

  private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
