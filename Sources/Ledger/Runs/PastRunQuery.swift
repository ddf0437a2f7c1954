public import Runs

/// What a run of a workflow came to that has ended.
public struct PastRun: Sendable, Equatable {
  public var workflow: String
  public var figures: WorkflowHistory.Run
}

/// Reads what the last runs of workflows came to.
struct PastRunQuery {
  /// The runs that began last, the oldest first.
  static func last(_ max: Int, _ context: ReadContext) throws -> [PastRun] {
    let row = try PreparedStatement(
      context.connection,
      """
      SELECT workflow, cost_high, cost_low, llm_calls, last_at - started_at FROM runs
      WHERE ended_at IS NOT NULL AND llm_calls > 0 ORDER BY started_at DESC LIMIT \(Swift.max(0, max))
      """)
    var runs: [PastRun] = []
    while try row.step() {
      var cost = SplitSum()
      (cost.high, cost.low) = (row.int64(1), row.int64(2))
      runs.append(
        PastRun(
          workflow: try context.names.text(row.name(0)) ?? "",
          figures: WorkflowHistory.Run(
            costPicodollars: Int64(clamping: cost.picodollars), llmCalls: row.int64(3),
            wallMicroseconds: Swift.max(0, row.int64(4)))))
    }
    return runs.reversed()
  }
}
