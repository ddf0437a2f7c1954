import Foundation
import Ledger
import Logging
import Metering
import Observability
import Testing

@testable import Control

private let startedAt = Timestamp(unixMicroseconds: 1_799_999_000_000_000)

/// A call of `agent`, settled in `ledger`.
private func settle(_ agent: String, cost: Int64, in ledger: Ledger) throws -> CallRecord {
  var record = exampleCall()
  record.id = ledger.nextCallID()
  record.startedAt = startedAt
  record.agent = agent
  record.costPicodollars = cost
  record.debitedPicodollars = cost
  record.providerResponseID = "msg_\(agent)"
  let ticket = try ledger.admit(
    Admission(
      id: record.id, startedAt: startedAt, provider: record.provider, dialect: record.dialect, method: record.method,
      path: record.path, model: record.model, agent: agent, workflow: record.workflow, run: record.run, isStream: true,
      billing: .metered, upstreamKeyID: nil, requestBytes: 0, promptTokensEstimate: 0))
  ledger.settle(ticket, as: record)
  return record
}

@Suite struct ControlWithLedgerTests {
  @Test("What was settled is served at once: calls whole, sums exact")
  func served() async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let ledger = try Ledger(
      configuration: LedgerConfiguration(directory: directory),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      now: { Timestamp(unixMicroseconds: 1_800_000_000_000_000) },
      recover: { _ in RecoveredRow(exampleCall()) })
    defer { ledger.close() }
    let one = try settle("one", cost: .max, in: ledger)
    let two = try settle("two", cost: .max, in: ledger)
    let queries = ControlQueries(
      ledger, runs: ControlRuns(kept: ledger.runs, end: { _, _ in false }, release: { _, _, _ in false }),
      budgets: CannedLedger().budgets, holds: noHolds
    ) { _ in .unknownModel }
    try await withControl(queries) { port in
      let call = try await send("/api/v1/calls/\(one.id)", port: port)
      let detail = CallJSON.Detail(tools: [RunTool(name: "search", id: "toolu_1")])
      #expect(call.body == String(decoding: CallJSON.document(one, detail: detail), as: UTF8.self))
      let page = try await send("/api/v1/calls?limit=1", port: port)
      #expect(page.body == String(decoding: CallJSON.page([two], next: two.id), as: UTF8.self))
      let rest = try await send("/api/v1/calls?limit=1&cursor=\(two.id)", port: port)
      #expect(rest.body == String(decoding: CallJSON.page([one], next: one.id), as: UTF8.self))
      let byResponse = try await send("/api/v1/calls?provider_response_id=msg_two", port: port)
      #expect(byResponse.body == String(decoding: CallJSON.page([two], next: nil), as: UTF8.self))
      let summary = try await send("/api/v1/summary?by=&since=24h", port: port)
      #expect(summary.body.contains("\"calls\":2,"))
      #expect(summary.body.contains("\"cost_pico_usd\":18446744073709551614,"))
      #expect(summary.body.contains("\"cost_usd\":\"18446744.073709551614\","))
    }
  }
}
