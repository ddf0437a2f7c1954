import Glibc
import Metering
import Testing

@testable import Ledger

@Suite("Sums over many rows")
struct TenMillionRowsTests {
  private let scratch = Scratch()

  /// Generated rows instead of stored ones: ten million would take a gigabyte. Their costs are the largest there are, so that
  /// a sum of 64 bits would overflow at the second row, and one of doubles would be off at the first.
  @Test("equal the exact total over ten million rows, by the rows and by the totals of their hours")
  func exact() throws {
    let count = getenv("TOLLGATE_LEDGER_ROWS").flatMap { Int64(String(cString: $0)) } ?? 1_000_000
    try openLedger(scratch.data).close()
    let expected = Int128(count) * Int128(Int64.max) - Int128(count) * Int128(count + 1) * Int128(2 * count + 1) / 6
    try withDatabase(scratch.data + "/ledger.sqlite") { connection in
      try execute(connection, "ALTER TABLE calls RENAME TO stored_calls")
      try execute(connection, Self.generatedCalls(count))
      let context = ReadContext(connection: connection, names: try NameTexts(connection))
      let total = try #require(try SummaryQuery([.run], from: nil, to: nil, utcOffsetSeconds: 0).run(context).first)
      #expect(total.calls == count)
      #expect(total.costPicodollars == expected)
      #expect(total.usage[.input] == count * 3)

      try execute(connection, Self.generatedRollups)
      let totals = try SummaryQuery([.agent], from: nil, to: nil, utcOffsetSeconds: 0).run(context)
      #expect(totals.reduce(0) { $0 + $1.costPicodollars } == expected)
    }
  }

  private static func generatedCalls(_ count: Int64) -> String {
    let usage = usageColumnNames.map { $0 == "use_in" ? "3 AS use_in" : "0 AS \($0)" }.joined(separator: ", ")
    return """
      CREATE VIEW calls AS
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      SELECT i AS id, 1795410367000008 + i * 1000 AS started_at, 'openai' AS provider, 'm' AS model,
        'agent-' || (i % 7) AS agent, 'w' AS workflow, 'r' AS run, 0 AS billing, 1 AS usage_source, 0 AS outcome,
        0 AS cost_source, 0 AS tool_calls, \(Int64.max) - i * i AS cost, NULL AS book_cost, NULL AS provider_project,
        NULL AS virtual_key, NULL AS team,
        \(usage)
      FROM n
      """
  }

  /// The totals as the writer keeps them: two columns, each summed on its own.
  private static let generatedRollups = """
    INSERT INTO rollups (hour, provider, model, agent, workflow, billing, usage_source, calls, cost_high, cost_low)
    SELECT started_at / 3600000000, provider, model, agent, workflow, billing, usage_source, count(*), sum(cost >> 32),
      sum(cost & 4294967295)
    FROM calls GROUP BY 1, 2, 3, 4, 5, 6, 7
    """
}
