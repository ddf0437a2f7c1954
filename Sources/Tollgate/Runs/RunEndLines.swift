import Runs

/// What a terminal shows below a run: what was noticed of the whole of it, and what it came to when it ended.
struct RunEndLines {
  var run: JSONValue

  var lines: [String] {
    (notListed + events + end + tools).map { TextTable.printable($0) }
  }

  private var notListed: [String] {
    let missing = run["calls_not_listed"].integerValue ?? 0
    return missing > 0 ? ["\(missing) earlier calls are not listed."] : []
  }

  /// Those that no call in the tree has: of the run as a whole, and of calls that were refused.
  private var events: [String] {
    let calls = Set(run["calls"].arrayValue.compactMap { $0["id"].stringValue })
    return run["events"].arrayValue.filter { event in
      event["call"].stringValue.map { !calls.contains($0) } ?? true
    }.map(RunToolLines.line(ofEvent:))
  }

  private var end: [String] {
    let end = run["end"]
    guard let outcome = end["outcome"].stringValue else { return [] }
    let how = "Ended \(outcome)\(Self.reason(end["reason"].stringValue))"
    guard !end["wall_ms"].isNull else { return [how] }
    let times = ["model", "tool", "idle"].map { "\(time(end["\($0)_ms"])) \($0)" }.joined(separator: " + ")
    return ["\(how)  \(time(end["wall_ms"])) = \(times)  critical path \(time(end["critical_path_ms"]))"]
  }

  private var tools: [String] {
    run["end"]["tools"].arrayValue.map { tool in
      let calls = tool["calls"].integerValue == 1 ? "1 call" : "\(count(tool["calls"])) calls"
      var parts = ["  \(tool["name"].stringValue ?? "")", calls]
      let failed = tool["errors"].integerValue ?? 0
      if failed > 0 { parts.append("\(failed) of \(count(tool["results"])) failed") }
      if tool["results"].integerValue ?? 0 > 0 {
        parts.append("\(time(tool["took_ms"])), the longest \(time(tool["longest_ms"]))")
      }
      return parts.joined(separator: "  ")
    }
  }

  /// Why it ended then, as a part of a sentence.
  private static func reason(_ reason: String?) -> String {
    switch reason.flatMap({ RunEndReason(rawValue: $0) }) {
    case .idle: ", idle for long"
    case .ended: " on demand"
    case .displaced: ", to make room"
    case nil: ""
    }
  }

  private func count(_ value: JSONValue) -> String { grouped(Int64(clamping: value.integerValue ?? 0)) }

  private func time(_ value: JSONValue) -> String {
    RunDuration.text(milliseconds: RunDuration.milliseconds(value))
  }
}
