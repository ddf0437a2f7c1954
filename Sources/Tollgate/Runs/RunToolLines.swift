import Observability

/// What a terminal shows below a call: the tools that its reply asked for with what became of them, and what was noticed.
enum RunToolLines {
  static func lines(of call: JSONValue) -> [String] {
    let tools = call["tools"].arrayValue.map { "· " + line(ofTool: $0) }
    let byProvider = call["server_tool_calls"].objectValue.map { name, times in
      "· \(name)  by the provider, \(times.text) times"
    }
    return (tools + byProvider + call["events"].arrayValue.map(line(ofEvent:))).map { TextTable.printable($0) }
  }

  private static func line(ofTool tool: JSONValue) -> String {
    let name = tool["name"].stringValue ?? ""
    guard let failed = tool["error"].boolValue else { return "\(name)  no result" }
    let took = RunDuration.text(milliseconds: RunDuration.milliseconds(tool["took_ms"]))
    return failed ? "\(name)  failed  \(took)" : "\(name)  \(took)"
  }

  /// `! tool_keeps_failing  fetch  5`, `! max_fanout  17, of at most 16, by guardrail wide: deny`.
  static func line(ofEvent event: JSONValue) -> String {
    let kind = event["kind"].stringValue ?? ""
    let figures = event["figures"]
    guard let action = event["action"].stringValue else {
      return anomaly(kind, tool: event["subject"].stringValue, figures)
    }
    var parts = ["! \(kind)"]
    if let tool = figures["tool"].stringValue { parts.append(tool) }
    let amounts = [figures["value"], figures["limit"]].map { amount($0, of: kind) }
    parts.append("\(amounts[0]), limit \(amounts[1]), by guardrail \(event["subject"].stringValue ?? ""): \(action)")
    return parts.joined(separator: "  ")
  }

  /// An anomaly with its numbers, of an event or of a run's end.
  private static func anomaly(_ kind: String, tool: String?, _ figures: JSONValue) -> String {
    var parts = ["! \(kind)"]
    if let tool { parts.append(tool) }
    let value = figures["value"].integerValue ?? 0
    if value != 0 { parts.append(amount(figures["value"], of: kind)) }
    let usual = figures["usual"]
    if !usual.isNull {
      let (most, median) = (amount(usual["most"], of: kind), amount(usual["median"], of: kind))
      parts.append("usual up to \(most), median \(median) of \(usual["runs"].text) runs")
    }
    return parts.joined(separator: "  ")
  }

  /// A number in the unit of its kind.
  private static func amount(_ value: JSONValue, of kind: String) -> String {
    let number = value.integerValue ?? 0
    switch kind {
    case "cost_far_above_usual", "max_cost": return "\(DollarText.exact(picodollars: number)) USD"
    case "time_far_above_usual", "max_wall_time":
      return RunDuration.text(milliseconds: Int64(clamping: number / 1000))
    default: return grouped(Int64(clamping: number))
    }
  }
}
