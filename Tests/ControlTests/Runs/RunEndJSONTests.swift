import Dialects
import Metering
import Testing

@testable import Control
@testable import Runs

@Suite struct RunEndJSONTests {
  private func text(_ end: RunEnd?, _ reason: RunEndReason) -> String {
    String(decoding: RunEndJSON.document(end, reason: reason), as: UTF8.self)
  }

  @Test func `an end that nobody saw is unknown, and says why it was`() {
    #expect(text(nil, .displaced) == #"{"outcome":"unknown","reason":"displaced"}"#)
  }

  @Test func `an end has its anomalies with their numbers, what was counted, and how its time passed`() {
    var tally = RunTally(startsAt: Timestamp(unixMicroseconds: 0))
    let call = CallID(rawValue: 1)
    let node = Fingerprint(bits: 1)
    tally.begin(RunRequest(call: call, node: node), at: Timestamp(unixMicroseconds: 0))
    var reply = RunReply(
      toolCalls: ["b", "a", "a"].map { name in
        RunToolCall(
          id: Fingerprint(bits: UInt64(name.utf8.first ?? 0)), tool: name, name: Fingerprint(bits: 7), arguments: nil)
      }, ending: .toolUse)
    reply.tokens = 25
    reply.costPicodollars = 1_500_000_000_000
    tally.end(reply, of: call, at: Timestamp(unixMicroseconds: 1_500))
    var end = RunEnd(
      run: "r", slot: RunSlot(place: 0, generation: 0), agent: "a", workflow: "w", lastCall: call, tally: tally)
    end.outcome = .unansweredTool
    end.anomalies = [
      Anomaly(.unansweredTool, value: 3),
      Anomaly(.callsFarAboveUsual, value: 9, usual: UsualRange(median: 2, deviation: 1, most: 6, runs: 20)),
    ]
    let expected = [
      #"{"outcome":"unanswered_tool","reason":"idle","anomalies":["#,
      #"{"kind":"unanswered_tool","tool":null,"value":3,"usual":null},"#,
      #"{"kind":"calls_far_above_usual","tool":null,"value":9,"#,
      #""usual":{"median":2,"deviation":1,"most":6,"runs":20}}],"#,
      #""llm_calls":1,"retries":0,"tool_calls":3,"max_fanout":3,"repeats":0,"tool_results":0,"tool_errors":0,"#,
      #""server_tool_calls":0,"mcp_calls":0,"depth":0,"agents":1,"tokens":25,"#,
      #""cost_pico_usd":1500000000000,"cost_usd":"1.5","#,
      #""wall_ms":1.5,"model_ms":1.5,"tool_ms":0,"idle_ms":0,"model_work_ms":1.5,"tool_work_ms":0,"critical_path_ms":1.5,"#,
      #""tools":[{"name":"a","calls":2,"results":0,"errors":0,"took_ms":0,"longest_ms":0},"#,
      #"{"name":"b","calls":1,"results":0,"errors":0,"took_ms":0,"longest_ms":0}]}"#,
    ].joined()
    #expect(text(end, .idle) == expected)
  }
}
