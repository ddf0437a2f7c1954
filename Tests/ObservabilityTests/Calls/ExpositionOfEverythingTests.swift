import Foundation
import Metering
import Observability
import Testing

private enum Reason: String, ClosedLabelValue {
  case hostMissing = "host_missing"
  static var labelName: StaticString { "reason" }
}

/// Every family of the program, with names that a hostile client chose.
private func everything() -> MetricsRegistry {
  let registry = MetricsRegistry()
  let metrics = CallMetrics(registry: registry, configuration: CallMetricsConfiguration(providers: ["openai"])) { $1 }
  let ledger = LedgerMetrics(registry: registry)
  ledger.committed(durationNanoseconds: 1_500_000)
  ledger.failed()
  registry.ledgerQueueDepth { 3 }
  _ = registry.httpRejections(by: Reason.self)
  _ = registry.configReloadSuccess()
  registry.buildInfo(version: "0.1", sqlite: "3.40.1", libcurl: "7.88.1")
  registry.processMetrics()
  for name in ["\"", "\\", "\n", "\r", "\u{0}", "} 1\n# EOF\n", "a\",b=\"", "日本", "\u{fffd}", "", "{}", "\\n", "\\\""] {
    var call = CallRecord(
      id: CallID(rawValue: 1), startedAt: Timestamp(unixMicroseconds: 0), provider: "openai", method: "POST", path: "/",
      agent: name, workflow: name)
    call.model = name
    call.usage[.output] = 3
    call.costPicodollars = 7
    call.toolCalls = [ToolCall(id: "", name: name)]
    call.toolResults = 1
    call.isStream = true
    call.outcome = .ok
    call.timeToFirstTokenMicroseconds = 1
    call.durationMicroseconds = 5
    metrics.record(call)
  }
  return registry
}

@Suite struct ExpositionOfEverythingTests {
  @Test("Every name of the contract is exposed")
  func names() {
    let text = String(decoding: everything().expose(.prometheusText), as: UTF8.self)
    let families = Set(
      text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) })
    #expect(
      families.isSuperset(of: [
        "tollgate_requests_total", "tollgate_tokens_total", "tollgate_cost_usd_total", "tollgate_tool_calls_total",
        "tollgate_tool_results_total", "tollgate_tool_fanout", "tollgate_request_duration_seconds",
        "tollgate_time_to_first_token_seconds", "tollgate_time_per_output_token_seconds", "tollgate_overhead_seconds",
        "tollgate_requests_in_flight", "tollgate_unpriced_requests_total", "tollgate_unmetered_requests_total",
        "tollgate_usage_source_total", "tollgate_upstream_attempts_total", "tollgate_ledger_queue_depth",
        "tollgate_ledger_commit_seconds", "tollgate_ledger_errors_total", "tollgate_series_folded_total",
        "tollgate_http_rejected_total", "tollgate_config_reload_success", "tollgate_build_info",
        "process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
        "process_open_fds", "process_max_fds", "process_start_time_seconds",
      ]))
  }

  @Test("No sample of a family stands twice")
  func unique() {
    let text = String(decoding: everything().expose(.openMetrics), as: UTF8.self)
    let keys = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      line.lastIndex(of: " ").map { line[..<$0] }
    }
    #expect(keys.count == Set(keys).count)
  }

  @Test("Prometheus' own checker has nothing to say, hostile names included")
  func promtool() throws {
    let found = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let promtool = found else {
      print("SKIPPED: promtool is not installed (Debian package prometheus), so that it did not check the exposition")
      return
    }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("exposition-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(everything().expose(.prometheusText)).write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: promtool)
    process.arguments = ["check", "metrics"]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(said == "")
    #expect(process.terminationStatus == 0)
  }
}
