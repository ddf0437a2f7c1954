import GRDBSQLite
import Glibc
import Metering
import Testing

@testable import Ledger

@Suite("Files of format 1")
struct MigrationTests {
  private let scratch = Scratch()
  private var file: String { scratch.data + "/ledger.sqlite" }

  private func makeFirstDatabase() throws {
    mkdir(scratch.data, 0o700)
    try withDatabase(file) { try execute($0, FirstFormat.database) }
  }

  @Test("keep every row, tool and total; what is new is empty, or counted from the rows")
  func database() async throws {
    try makeFirstDatabase()
    let ledger = try openLedger(scratch.data)
    let calls = try await ledger.allCalls()
    #expect(calls.map(\.id.rawValue) == [12, 11])
    let first = try #require(calls.last)
    #expect(first.provider == "openai" && first.model == "m" && first.agent == "a" && first.run == "r")
    #expect(first.startedAt.unixMicroseconds == 1_795_410_367_000_008)
    #expect(first.usage[.input] == 50 && first.usage[.fileSearch] == 60 && first.usage[.inputVideo] == 0)
    #expect(first.costPicodollars == 1_500_000_000_000 && first.costSource == .partial)
    #expect(first.reportedCostPicodollars == nil && first.pricingContext == nil && first.parts.isEmpty)
    #expect(first.toolCalls == [ToolCall(id: "call_1", name: "grep")])
    #expect(first.usageRaw == #"{"a":1}"# && first.toolResults == 2 && first.responseBytes == 40)
    let totals = try await ledger.summary(by: [.model], from: nil, to: nil, utcOffsetSeconds: 0)
    #expect(totals.map(\.key) == [["m"], [nil]])
    #expect(totals.map(\.costPicodollars) == [1_500_000_000_000, 0])
    #expect(totals.map(\.unpricedCalls) == [0, 1])
    #expect(totals.map(\.partialCalls) == [1, 0])
    #expect(totals.map { $0.usage[.input] } == [50, 5])
    #expect(!ledger.countOnce(provider: "openai", responseID: "resp_1"), "its responses stay counted")
    ledger.close()
    #expect(try number(in: file, "PRAGMA user_version") == Int64(Schema.version))
    #expect(try number(in: file, "SELECT count(*) FROM sqlite_schema WHERE name IN ('calls_1', 'rollups_1')") == 0)
    let again = try openLedger(scratch.data)
    #expect(try await again.allCalls() == calls)
    #expect(!again.countOnce(provider: "openai", responseID: "resp_1"))
    again.close()
  }

  @Test("have the same tables afterwards as a new file")
  func schema() throws {
    try makeFirstDatabase()
    try openLedger(scratch.data).close()
    let other = Scratch()
    try openLedger(other.data).close()
    func columns(_ path: String, _ table: String) throws -> [String] {
      try withDatabase(path) { connection in
        let statement = try PreparedStatement(
          connection, "SELECT name || ' ' || type FROM pragma_table_info('\(table)')")
        var columns: [String] = []
        while try statement.step() { columns.append(statement.text(0) ?? "") }
        return columns
      }
    }
    for table in [
      "calls", "rollups", "tool_calls", "adjustments", "counted_responses", "names", "facts",
      "virtual_keys", "control_tokens", "audit",
    ] {
      let migrated = try columns(file, table)
      #expect(!migrated.isEmpty)
      #expect(try migrated == columns(other.data + "/ledger.sqlite", table), "\(table)")
    }
  }

  @Test("settle what was in flight, with all that its slot knew, and get a new in-flight file")
  func inFlight() async throws {
    mkdir(scratch.data, 0o700)
    write(FirstFormat.inFlightFile(), to: scratch.data + "/in-flight")
    let contents = try #require(try InFlightContents.read(path: scratch.data + "/in-flight"))
    #expect(contents.isWhole && contents.isOutdated && contents.damagedSlots == 0)
    #expect(contents.greatestCallID == 77)
    let call = try #require(contents.calls.first)
    #expect(call.admission == .sample(CallID(rawValue: 77)))
    #expect(call.wasSent && call.status == 200 && call.outputTextBytes == 999)
    #expect(usageCells.prefix(17).map { call.usage[$0] } == (1...17).map { Int64($0) })
    #expect(usageCells.dropFirst(17).allSatisfy { call.usage[$0] == 0 })
    #expect(call.model == "claude-sonnet-5-20260101" && call.responseID == "msg_77")
    let settlement = try #require(call.settlement)
    #expect(settlement.outcome == .timeout && settlement.usageSource == .counted && settlement.costSource == .partial)
    #expect(settlement.costPicodollars == 123 && settlement.durationMicroseconds == 456)

    let ledger = try openLedger(scratch.data, slots: 2)
    #expect(try await ledger.allCalls().map(\.costPicodollars) == [123])
    ledger.close()
    #expect(!names(in: scratch.data).contains("in-flight.damaged"))
    #expect(read(scratch.data + "/in-flight").count == SlotLayout.fileBytes(slots: 2))
  }

  @Test("with a damaged progress block lose what it hit, and nothing else")
  func damagedProgress() throws {
    mkdir(scratch.data, 0o700)
    var bytes = FirstFormat.inFlightFile()
    bytes[4096 + 1152 + 448 + 30] ^= 1
    write(bytes, to: scratch.data + "/in-flight")
    let call = try #require(try InFlightContents.read(path: scratch.data + "/in-flight")?.calls.first)
    #expect(call.admission.id.rawValue == 77)
    #expect(call.usage.isEmpty && call.settlement == nil)
  }
}
