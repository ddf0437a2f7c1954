import Metering
import Observability

/// A run as a tree for a terminal: calls with a time bar, their tools below them, sub-agents and the runs it started as branches.
struct RunTree {
  let run: JSONValue
  /// The agents that made calls.
  private let nodes: Set<String>

  init(run: JSONValue) {
    self.run = run
    nodes = Set(run["calls"].arrayValue.compactMap { $0["node"].stringValue })
  }

  private static let barCells = 20
  /// How deep branches are drawn: a tree that somebody made deeper is cut there.
  private static let depthMax = 32

  var lines: [String] {
    [heading] + branch(of: nil, prefix: "", depth: 0) + RunEndLines(run: run).lines
  }

  // MARK: Heading

  private var heading: String {
    var parts = [
      "Run \(text("id"))", "\(text("workflow"))/\(text("agent"))", run["outcome"].stringValue ?? "live",
      RunDuration.text(milliseconds: RunDuration.milliseconds(run["wall_ms"])),
      Self.counted(run["llm_calls"], "call"), Self.counted(run["tool_calls"], "tool call"),
      "\(Self.number("input_tokens", of: run)) in", "\(Self.number("output_tokens", of: run)) out",
      "\(text("cost_usd")) USD",
    ]
    let failed = run["tool_errors"].integerValue ?? 0
    if failed > 0 { parts.insert("\(failed) failed", at: 6) }
    if let source = run["run_source"].stringValue { parts.append("linked by \(source)") }
    if let parent = run["parent_run"].stringValue { parts.append("started by run \(parent)") }
    return Self.printable(parts.joined(separator: "  "))
  }

  // MARK: Branches

  /// A line of the tree with what hangs below it.
  private struct Item {
    var startedAt: Int64
    var line: String
    var below: (_ prefix: String) -> [String]
  }

  /// What an agent did, in the order of time.
  ///
  /// - Parameter node: nil for the run's first agent.
  private func branch(of node: String?, prefix: String, depth: Int) -> [String] {
    var items = calls(of: node).map { call in
      Item(startedAt: Self.start(call), line: line(call)) { prefix in
        RunToolLines.lines(of: call).map { prefix + $0 }
      }
    }
    if depth < Self.depthMax { items += agents(below: node, depth: depth) }
    if node == nil { items += children }
    items.sort { $0.startedAt < $1.startedAt }
    var lines: [String] = []
    for (index, item) in items.enumerated() {
      let isLast = index == items.count - 1
      lines.append(prefix + (isLast ? "└─ " : "├─ ") + item.line)
      lines += item.below(prefix + (isLast ? "   " : "│  "))
    }
    return lines
  }

  private func agents(below node: String?, depth: Int) -> [Item] {
    var seen: Set<String> = []
    return run["calls"].arrayValue.compactMap { call -> Item? in
      guard let name = call["node"].stringValue, isChild(call, name, of: node), seen.insert(name).inserted else {
        return nil
      }
      let calls = calls(ofTree: name)
      let cost = calls.reduce(Int128(0)) { $0 + ($1["cost_pico_usd"].integerValue ?? 0) }
      let tools = calls.reduce(0) { $0 + $1["tool_calls"].arrayValue.count }
      let facts = [
        "agent \(call["agent"].stringValue ?? "") [\(name)]", Self.counted(.count(calls.count), "call"),
        Self.counted(.count(tools), "tool call"), "\(Self.tokens(calls, ofReply: false)) in",
        "\(Self.tokens(calls, ofReply: true)) out", "\(DollarText.exact(picodollars: cost)) USD",
      ]
      return Item(startedAt: Self.start(call), line: Self.printable(facts.joined(separator: "  "))) {
        branch(of: name, prefix: $0, depth: depth + 1)
      }
    }
  }

  /// An agent whose parent made no call of its own hangs below the run's first one, so that nothing is lost.
  private func isChild(_ call: JSONValue, _ name: String, of node: String?) -> Bool {
    let parent = call["parent_node"].stringValue
    if parent == node { return parent != name }
    return node == nil && (parent == name || !nodes.contains(parent ?? ""))
  }

  private func calls(of node: String?) -> [JSONValue] {
    run["calls"].arrayValue.filter { $0["node"].stringValue == node }
  }

  /// Calls of an agent and of all below it.
  private func calls(ofTree node: String) -> [JSONValue] {
    var members: Set<String> = [node]
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for call in run["calls"].arrayValue {
        guard let name = call["node"].stringValue, let parent = call["parent_node"].stringValue,
          members.contains(parent), members.insert(name).inserted
        else { continue }
        isGrowing = true
      }
    }
    return run["calls"].arrayValue.filter { call in call["node"].stringValue.map(members.contains) ?? false }
  }

  private var children: [Item] {
    run["children"].arrayValue.map { child in
      let facts = [
        "run \(child["id"].stringValue ?? "")",
        "\(child["workflow"].stringValue ?? "")/\(child["agent"].stringValue ?? "")",
        child["outcome"].stringValue ?? "live", Self.counted(child["llm_calls"], "call"),
        "\(Self.number("input_tokens", of: child)) in", "\(Self.number("output_tokens", of: child)) out",
        "\(child["cost_usd"].stringValue ?? "") USD",
      ]
      return Item(startedAt: Self.start(child), line: Self.printable(facts.joined(separator: "  "))) { _ in [] }
    }
  }

  // MARK: Calls

  private func line(_ call: JSONValue) -> String {
    var facts = [
      bar(call), RunDuration.text(milliseconds: RunDuration.milliseconds(call["duration_ms"])),
      call["model"].stringValue ?? call["model_requested"].stringValue ?? call["path"].stringValue ?? "",
      "\(Self.tokens([call], ofReply: false)) in", "\(Self.tokens([call], ofReply: true)) out",
      call["cost_usd"].stringValue.map { "\($0) USD" } ?? "no price",
    ]
    if let outcome = call["outcome"].stringValue, outcome != "ok" {
      facts.append(call["error"].stringValue.map { "\(outcome): \($0)" } ?? outcome)
    }
    if let reason = call["finish_reason"].stringValue { facts.append(reason) }
    if call["retry"].boolValue == true { facts.append("retry") }
    return Self.printable(facts.joined(separator: "  "))
  }

  /// When in the run the call was under way.
  private func bar(_ call: JSONValue) -> String {
    let wall = max(1, RunDuration.milliseconds(run["wall_ms"]))
    let offset = max(0, Self.start(call) - Self.start(run)) / 1000
    let first = min(Self.barCells - 1, cells(offset, of: wall))
    let last = cells(offset + RunDuration.milliseconds(call["duration_ms"]), of: wall)
    let length = min(Self.barCells - first, max(1, last - first))
    return String(repeating: "·", count: first) + String(repeating: "█", count: length)
      + String(repeating: "·", count: Self.barCells - first - length)
  }

  private func cells(_ milliseconds: Int64, of wall: Int64) -> Int {
    Int(clamping: Int128(milliseconds) * Int128(Self.barCells) / Int128(wall))
  }

  // MARK: Text

  private func text(_ name: String) -> String { run[name].stringValue ?? "" }

  private static func start(_ item: JSONValue) -> Int64 {
    item["started_at"].stringValue.flatMap { Timestamp(rfc3339: $0) }?.unixMicroseconds ?? 0
  }

  private static func counted(_ count: JSONValue, _ noun: String) -> String {
    let number = count.integerValue ?? 0
    return number == 1 ? "1 \(noun)" : "\(grouped(Int64(clamping: number))) \(noun)s"
  }

  private static func number(_ name: String, of object: JSONValue) -> String {
    grouped(Int64(clamping: object[name].integerValue ?? 0))
  }

  /// Tokens of the prompts of calls, or of their replies. Cache writes are an object, by their time to live.
  private static func tokens(_ calls: [JSONValue], ofReply: Bool) -> String {
    var sum: Int128 = 0
    for call in calls {
      for (name, value) in call["usage"].objectValue where isOfReply(name) == ofReply {
        sum += value.integerValue ?? value.objectValue.reduce(0) { $0 + ($1.value.integerValue ?? 0) }
      }
    }
    return grouped(Int64(clamping: sum))
  }

  private static func isOfReply(_ tokenClass: String) -> Bool {
    switch TokenClass(rawValue: tokenClass) {
    case .output, .reasoning, .audioOutput, .imageOutput, .videoOutput: true
    case .input, .cachedInput, .cacheWrite, .audioInput, .imageInput, .videoInput, nil: false
    }
  }

  /// A name that a client chose must not be able to steer the terminal.
  private static func printable(_ text: String) -> String { TextTable.printable(text) }
}
