import Testing

@testable import Tollgate

@Suite struct RunTreeTests {
  private func call(
    _ start: String, ms: Int64, node: String? = nil, parent: String? = nil, tools: [JSONValue] = [],
    _ more: JSONValue = [:]
  ) -> JSONValue {
    .object(
      [
        ("started_at", .string("2026-11-23T10:00:\(start)Z")), ("duration_ms", .integer(Int128(ms))), ("agent", "a"),
        ("node", JSONValue(node)), ("parent_node", JSONValue(parent)), ("model", "m"), ("outcome", "ok"),
        ("cost_usd", "0.5"), ("cost_pico_usd", 500_000_000_000), ("tool_calls", .array(tools)),
        ("usage", ["input": 1000, "cached_input": 200, "cache_write": ["5m": 34], "output": 5, "reasoning": 6]),
      ] + more.objectValue)
  }

  private func tree(_ calls: [JSONValue], children: [JSONValue] = []) -> [String] {
    RunTree(
      run: [
        "id": "r", "workflow": "w", "agent": "a", "outcome": nil, "started_at": "2026-11-23T10:00:00Z",
        "wall_ms": 10_000,
        "llm_calls": .count(calls.count), "tool_calls": 1, "input_tokens": 1234, "output_tokens": 11, "cost_usd": "1",
        "run_source": "messages", "calls": .array(calls), "children": .array(children), "calls_not_listed": 0,
      ]
    ).lines
  }

  @Test func `calls stand in the order of time, with their bar, and tools below them`() {
    let lines = tree([
      call(
        "00", ms: 5000,
        tools: [["name": "search"], ["name": "fetch"]]),
      call("07.5", ms: 2500, ["finish_reason": "stop", "retry": true]),
    ])
    #expect(
      lines == [
        "Run r  w/a  live  10.0 s  2 calls  1 tool call  1,234 in  11 out  1 USD  linked by messages",
        "├─ ██████████··········  5.0 s  m  1,234 in  11 out  0.5 USD",
        "│  · search",
        "│  · fetch",
        "└─ ···············█████  2.5 s  m  1,234 in  11 out  0.5 USD  stop  retry",
      ])
  }

  @Test func `sub-agents are branches below the agent that started them, with what all below them came to`() {
    let lines = tree([
      call("00", ms: 1), call("01", ms: 1, node: "x"), call("02", ms: 1, node: "y", parent: "x"),
      call("03", ms: 1, node: "x"), call("04", ms: 1, node: "lost", parent: "never seen"),
      call("05", ms: 1, node: "loop", parent: "loop"),
    ])
    let shape = lines.dropFirst().map { line in
      String(line.prefix { "├└─│ ".contains($0) })
        + (line.contains("agent") ? String(line.suffix(from: line.firstIndex(of: "a")!)) : "call")
    }
    #expect(
      shape == [
        "├─ call",
        "├─ agent a [x]  3 calls  0 tool calls  1.5 USD",
        "│  ├─ call",
        "│  ├─ agent a [y]  1 call  0 tool calls  0.5 USD",
        "│  │  └─ call",
        "│  └─ call",
        "├─ agent a [lost]  1 call  0 tool calls  0.5 USD",
        "│  └─ call",
        "└─ agent a [loop]  1 call  0 tool calls  0.5 USD",
        "   └─ call",
      ])
  }

  @Test func `runs that it started stand among its calls, and no name steers the terminal`() {
    let lines = tree(
      [call("09", ms: 1)],
      children: [
        [
          "id": "c\u{1b}[2J", "workflow": "w", "agent": "b", "outcome": "failed", "llm_calls": 3, "cost_usd": "2",
          "started_at": "2026-11-23T10:00:01Z",
        ]
      ])
    #expect(lines[1] == "├─ run c?[2J  w/b  failed  3 calls  2 USD")
    #expect(lines.count == 3)
  }

  @Test(arguments: [(850, "850 ms"), (12_345, "12.3 s"), (245_000, "4:05"), (3_723_000, "1:02:03"), (-5, "0 ms")])
  func `times are short`(milliseconds: Int64, text: String) {
    #expect(RunDuration.text(milliseconds: milliseconds) == text)
  }
}
