import Metering
import Observability
import Testing

@Suite("Metrics by OpenTelemetry's names")
struct GenAIMetricsTests {
  private static let prefix = "gen_ai_"
  private static let labels = """
    gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-5",\
    gen_ai_response_model="gpt-5",server_address="api.openai.com",server_port="443"
    """

  private func call(_ change: (inout CallRecord) -> Void = { _ in }) -> CallRecord {
    var call = CallRecord(
      id: CallID(rawValue: 1), startedAt: Timestamp(unixMicroseconds: 0), provider: "openai", method: "POST",
      path: "/v1/chat/completions", agent: "a", workflow: "w")
    call.outcome = .ok
    call.status = 200
    (call.modelRequested, call.model) = ("gpt-5", "gpt-5-2026-01-01")
    call.durationMicroseconds = 700_000
    change(&call)
    return call
  }

  private func lines(_ calls: [CallRecord], isOn: Bool = true) -> [String] {
    var configuration = CallMetricsConfiguration(providers: ["openai"])
    configuration.hasOpenTelemetryNames = isOn
    let registry = MetricsRegistry()
    let metrics = CallMetrics(registry: registry, configuration: configuration) { _, model in
      model.hasPrefix("gpt-5") ? "gpt-5" : nil
    }
    for call in calls {
      metrics.record(call, genAI: GenAICall(operation: .chat, serverAddress: "api.openai.com", serverPort: 443))
    }
    return String(decoding: registry.expose(.prometheusText), as: UTF8.self).split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix(Self.prefix) }
  }

  @Test("have the tokens of the prompt, cached ones included, and those of the reply, with the conventions' buckets")
  func tokens() {
    let lines = lines([
      call {
        $0.usage[.input] = 1_000
        $0.usage[.cachedInput] = 500
        $0.usage[.output] = 20
        $0.usage[.reasoning] = 44
      }
    ])
    func sample(_ name: String, _ type: String, _ le: String? = nil) -> String {
      let bucket = le.map { ",le=\"\($0)\"" } ?? ""
      return "gen_ai_client_token_usage_\(name){\(Self.labels),gen_ai_token_type=\"\(type)\"\(bucket)}"
    }
    for line in [
      sample("sum", "input") + " 1500", sample("sum", "output") + " 64", sample("count", "input") + " 1",
      sample("bucket", "input", "1024.0") + " 0", sample("bucket", "input", "4096.0") + " 1",
      sample("bucket", "output", "64.0") + " 1", sample("bucket", "output", "67108864.0") + " 1",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    #expect(lines.count { $0.hasPrefix("gen_ai_client_token_usage_bucket") } == 2 * 15)
  }

  @Test("have the duration of each operation, with what went wrong where something did")
  func duration() {
    let lines = lines([
      call(),
      call {
        $0.outcome = .upstreamError
        $0.status = 529
      },
      call {
        $0.outcome = .timeout
        $0.status = 0
      },
      call { $0.outcome = .denied },
    ])
    let counts = lines.filter { $0.hasPrefix("gen_ai_client_operation_duration_seconds_count{") }
    #expect(
      Set(counts)
        == Set(
          ["", "529", "timeout"].map {
            "gen_ai_client_operation_duration_seconds_count{\(Self.labels),error_type=\"\($0)\"} 1"
          }))
    let bounds = lines.filter { $0.hasPrefix("gen_ai_client_operation_duration_seconds_bucket") }
    #expect(bounds.count == 3 * 15)
    #expect(bounds.contains { $0.contains("error_type=\"\",le=\"0.64\"} 0") })
    #expect(bounds.contains { $0.contains("error_type=\"\",le=\"1.28\"} 1") })
    #expect(bounds.contains { $0.contains("le=\"81.92\"") })
  }

  @Test("name no model that the price book does not know")
  func unknownModel() {
    let lines = lines([call { ($0.modelRequested, $0.model) = ("sekret", "sekret-1") }])
    #expect(!lines.contains { $0.contains("sekret") })
    #expect(lines.contains { $0.contains(#"gen_ai_request_model="unknown""#) })
  }

  @Test("are there only where they are wanted")
  func off() { #expect(lines([call()], isOn: false).isEmpty) }
}
