import Metering
import Observability
import Testing

private func call(
  agent: String = "researcher", workflow: String = "nightly", _ change: (inout CallRecord) -> Void = { _ in }
) -> CallRecord {
  var call = CallRecord(
    id: CallID(rawValue: 1), startedAt: Timestamp(unixMicroseconds: 0), provider: "openai", method: "POST",
    path: "/v1/chat/completions", agent: agent, workflow: workflow)
  call.outcome = .ok
  call.model = "gpt-5-2026-01-01"
  change(&call)
  return call
}

/// Calls recorded into a new registry: what is exposed then.
private func exposed(
  _ calls: [CallRecord], _ change: (inout CallMetricsConfiguration) -> Void = { _ in },
  then: (CallMetrics) -> Void = { _ in }
) -> [String] {
  var configuration = CallMetricsConfiguration(providers: ["openai"])
  change(&configuration)
  let registry = MetricsRegistry()
  let metrics = CallMetrics(registry: registry, configuration: configuration) { _, model in
    model.hasPrefix("gpt-5") ? "gpt-5" : nil
  }
  for call in calls { metrics.record(call) }
  then(metrics)
  return String(decoding: registry.expose(.prometheusText), as: UTF8.self).split(separator: "\n").map(String.init)
}

private let party = #"provider="openai",model="gpt-5",agent="researcher",workflow="nightly""#

@Suite struct CallMetricsTests {
  @Test("A priced call counts its tokens by class and its cost to the pico-dollar")
  func pricedCall() {
    let priced = call {
      for (number, cell) in UsageCell.allCases.enumerated() { $0.usage[cell] = 1 << Int64(number) }
      $0.usageSource = .provider
      $0.costPicodollars = 1_234_567
      $0.costSource = .priced
    }
    let lines = exposed([priced, priced])
    #expect(lines.contains("tollgate_requests_total{\(party),outcome=\"ok\"} 2"))
    #expect(
      lines.contains("tollgate_cost_usd_total{\(party),team=\"\",billing=\"metered\"} 0.000002469134"))
    let tokens = lines.filter { $0.hasPrefix("tollgate_tokens_total{") }
    let counts: [(String, Int)] = [
      ("audio_input", 2), ("audio_output", 8_192), ("cache_write", 1_984), ("cached_input", 56 + 262_144),
      ("image_input", 4), ("image_output", 16_384), ("input", 1), ("output", 2_048 + 1_048_576), ("reasoning", 4_096),
      ("video_input", 131_072), ("video_output", 524_288),
    ]
    #expect(tokens == counts.map { "tollgate_tokens_total{\(party),class=\"\($0)\"} \(2 * $1)" })
    #expect(lines.contains(#"tollgate_usage_source_total{provider="openai",source="provider"} 2"#))
    #expect(lines.contains(#"tollgate_unpriced_requests_total{provider="openai"} 0"#))
  }

  @Test("An unpriced call has no cost, not a cost of zero")
  func unpricedCall() {
    let lines = exposed([
      call {
        $0.model = "sekret"
        $0.costSource = .unpriced
      }
    ])
    #expect(lines.contains(#"tollgate_unpriced_requests_total{provider="openai"} 1"#))
    #expect(!lines.contains { $0.hasPrefix("tollgate_cost_usd_total{") })
    #expect(lines.contains { $0.hasPrefix("tollgate_requests_total{") && $0.contains(#"model="unknown""#) })
    #expect(!lines.contains { $0.contains("sekret") }, "a model that the price book does not know is never a label")
  }

  @Test("A call is labelled with the model that was charged, whatever the reply called it")
  func chargedModel() {
    let lines = exposed([call { $0.pricedAs = "gpt-5-mini" }])
    #expect(lines.contains { $0.hasPrefix("tollgate_requests_total{") && $0.contains(#"model="gpt-5-mini""#) })
  }

  @Test("A call that no dialect understood is counted as unmetered")
  func unmetered() {
    let lines = exposed([]) { _ in
    } then: {
      $0.record(call(), isUnmetered: true)
    }
    #expect(lines.contains(#"tollgate_unmetered_requests_total{provider="openai"} 1"#))
  }

  @Test("Tool calls count by tool, their number in a reply as fan-out, and results by whether they failed")
  func tools() {
    let calling = call {
      $0.toolCalls = [
        ToolCall(id: "1", name: "search"), ToolCall(id: "2", name: "search"), ToolCall(id: "3", name: ""),
      ]
      $0.toolResults = 5
    }
    let lines = exposed([call()]) { _ in
    } then: {
      $0.record(calling, toolResults: 5, toolResultErrors: 2)
    }
    let whose = #"agent="researcher",workflow="nightly""#
    #expect(lines.contains("tollgate_tool_calls_total{\(whose),tool=\"search\"} 2"))
    #expect(lines.contains("tollgate_tool_calls_total{\(whose),tool=\"unknown\"} 1"))
    #expect(lines.contains(#"tollgate_tool_fanout_bucket{workflow="nightly",le="2.0"} 0"#))
    #expect(lines.contains(#"tollgate_tool_fanout_bucket{workflow="nightly",le="3.0"} 1"#))
    #expect(lines.contains(#"tollgate_tool_fanout_count{workflow="nightly"} 1"#), "a reply without calls is not in it")
    #expect(lines.contains("tollgate_tool_results_total{\(whose),tool=\"unknown\",outcome=\"ok\"} 3"))
    #expect(lines.contains("tollgate_tool_results_total{\(whose),tool=\"unknown\",outcome=\"error\"} 2"))
  }

  @Test("Times are exposed in seconds, per token without the first")
  func times() {
    let stream = call {
      $0.isStream = true
      $0.usage[.output] = 80
      $0.usage[.reasoning] = 21
      $0.timeToFirstTokenMicroseconds = 500_000
      $0.durationMicroseconds = 2_500_000
      $0.overheadMicroseconds = 90
    }
    let denied = call { $0.outcome = .denied }
    let lines = exposed([stream, denied])
    let model = #"provider="openai",model="gpt-5""#
    #expect(lines.contains("tollgate_request_duration_seconds_sum{\(model)} 2.5"))
    #expect(lines.contains("tollgate_time_to_first_token_seconds_sum{\(model)} 0.5"))
    #expect(lines.contains("tollgate_time_per_output_token_seconds_sum{\(model)} 0.02"))
    #expect(lines.contains("tollgate_overhead_seconds_sum 0.00009"))
    #expect(lines.contains("tollgate_overhead_seconds_count 1"), "a refused call was not forwarded")
  }

  @Test("Calls in flight go up and down")
  func inFlight() {
    let lines = exposed([]) { _ in
    } then: {
      $0.started()
      $0.started()
      $0.ended()
    }
    #expect(lines.contains("tollgate_requests_in_flight 1"))
  }

  @Test("Agents beyond the cap are other, configured ones never")
  func agentCap() {
    let calls = (0..<300).map { call(agent: "agent-\($0)") } + [call(agent: "ops")]
    let lines = exposed(calls) { $0.agents = ["ops"] }
    let requests = lines.filter { $0.hasPrefix("tollgate_requests_total{") }
    #expect(requests.count == 202)
    #expect(requests.contains { $0.contains(#"agent="other""#) && $0.hasSuffix(" 100") })
    #expect(requests.contains { $0.contains(#"agent="ops""#) && $0.hasSuffix(" 1") })
    #expect(lines.contains("tollgate_series_folded_total 100"))
  }

  @Test("Configured names start at zero, so that the first dollar is seen as a step")
  func zero() {
    let lines = exposed([]) {
      $0.agents = ["researcher"]
      $0.workflows = ["nightly"]
      $0.models = [(provider: "openai", model: "gpt-5-2026-01-01")]
    }
    #expect(lines.contains("tollgate_requests_total{\(party),outcome=\"ok\"} 0"))
    #expect(lines.contains("tollgate_cost_usd_total{\(party),team=\"\",billing=\"metered\"} 0"))
    #expect(lines.contains("tollgate_tokens_total{\(party),class=\"input\"} 0"))
    #expect(lines.contains(#"tollgate_upstream_attempts_total{provider="openai",outcome="connect_failed"} 0"#))
  }

  @Test("Too many configured combinations do not fill the registry")
  func tooManyCombinations() {
    let lines = exposed([]) {
      $0.agents = (0..<100).map { "agent-\($0)" }
      $0.workflows = (0..<100).map { "workflow-\($0)" }
      $0.models = [(provider: "openai", model: "gpt-5")]
    }
    #expect(
      lines.count { $0.hasPrefix("tollgate_requests_total{") } == CallMetricsConfiguration.combinationsMax)
  }

  @Test("Attempts at an upstream count by how they ended")
  func attempts() {
    let lines = exposed([]) { _ in
    } then: {
      $0.attempted(provider: "openai", outcome: .rateLimited)
    }
    #expect(lines.contains(#"tollgate_upstream_attempts_total{provider="openai",outcome="rate_limited"} 1"#))
  }
}
