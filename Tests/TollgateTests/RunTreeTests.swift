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
        ("cost_usd", "0.5"), ("cost_pico_usd", 500_000_000_000), ("tools", .array(tools)),
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
        tools: [
          ["name": "search", "error": false, "took_ms": 1200], ["name": "fetch", "error": true, "took_ms": 20],
          ["name": "ask", "error": nil, "took_ms": nil],
        ],
        [
          "events": [
            ["kind": "undeclared_tool", "action": nil, "subject": "ask", "figures": ["value": 0, "usual": nil]],
            [
              "kind": "max_fanout", "action": "warn", "subject": "wide", "figures": ["value": 3, "limit": 2],
            ],
          ]
        ]),
      call("07.5", ms: 2500, ["finish_reason": "stop", "retry": true]),
    ])
    #expect(
      lines == [
        "Run r  w/a  live  10.0 s  2 calls  1 tool call  1,234 in  11 out  1 USD  linked by messages",
        "├─ ██████████··········  5.0 s  m  1,234 in  11 out  0.5 USD",
        "│  · search  1.2 s",
        "│  · fetch  failed  20 ms",
        "│  · ask  no result",
        "│  ! undeclared_tool  ask",
        "│  ! max_fanout  3, limit 2, by guardrail wide: warn",
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
        "├─ agent a [x]  3 calls  0 tool calls  3,702 in  33 out  1.5 USD",
        "│  ├─ call",
        "│  ├─ agent a [y]  1 call  0 tool calls  1,234 in  11 out  0.5 USD",
        "│  │  └─ call",
        "│  └─ call",
        "├─ agent a [lost]  1 call  0 tool calls  1,234 in  11 out  0.5 USD",
        "│  └─ call",
        "└─ agent a [loop]  1 call  0 tool calls  1,234 in  11 out  0.5 USD",
        "   └─ call",
      ])
  }

  @Test func `runs that it started stand among its calls, and no name steers the terminal`() {
    let lines = tree(
      [call("09", ms: 1)],
      children: [
        [
          "id": "c\u{1b}[2J", "workflow": "w", "agent": "b", "outcome": "failed", "llm_calls": 3, "cost_usd": "2",
          "input_tokens": 3210, "output_tokens": 7,
          "started_at": "2026-11-23T10:00:01Z",
        ]
      ])
    #expect(lines[1] == "├─ run c?[2J  w/b  failed  3 calls  3,210 in  7 out  2 USD")
    #expect(lines.count == 3)
  }

  @Test func `below the tree stands what was noticed of the whole run, and what it came to`() {
    let lines = RunEndLines(
      run: [
        "calls": [["id": "c1"]], "calls_not_listed": 2,
        "events": [
          ["kind": "reply_cut", "action": nil, "call": "c1", "figures": ["value": 0, "usual": nil]],
          [
            "kind": "cost_far_above_usual", "action": nil, "call": nil,
            "figures": [
              "value": 4_200_000_000_000,
              "usual": ["median": 500_000_000_000, "deviation": 0, "most": 1_500_000_000_000, "runs": 120],
            ],
          ],
        ],
        "end": [
          "outcome": "ok", "reason": "idle", "wall_ms": 41_200, "model_ms": 30_000, "tool_ms": 8_100, "idle_ms": 3_100,
          "critical_path_ms": 35_000,
          "tools": [
            ["name": "search", "calls": 12, "results": 11, "errors": 1, "took_ms": 3_400, "longest_ms": 900],
            ["name": "ask", "calls": 1, "results": 0, "errors": 0, "took_ms": 0, "longest_ms": 0],
          ],
        ],
      ]
    ).lines
    #expect(
      lines == [
        "2 earlier calls are not listed.",
        "! cost_far_above_usual  4.2 USD  usual up to 1.5 USD, median 0.5 USD of 120 runs",
        "Ended ok, idle for long  41.2 s = 30.0 s model + 8.1 s tool + 3.1 s idle  critical path 35.0 s",
        "  search  12 calls  1 of 11 failed  3.4 s, the longest 900 ms",
        "  ask  1 call",
      ])
  }

  @Test(arguments: [(850, "850 ms"), (12_345, "12.3 s"), (245_000, "4:05"), (3_723_000, "1:02:03"), (-5, "0 ms")])
  func `times are short`(milliseconds: Int64, text: String) {
    #expect(RunDuration.text(milliseconds: milliseconds) == text)
  }
}
