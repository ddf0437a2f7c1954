public import Metering

/// The runs that the ledger keeps.
public struct LedgerRuns: Sendable {
  let readers: ReaderPool
  let waitForCommit: @Sendable () async -> Void
  let perform: CredentialBook.Perform

  /// Runs, in the order that the filter asks for.
  ///
  /// - Throws: ``LedgerError``.
  public func page(_ filter: RunFilter) async throws -> [RunRecord] {
    try await readers.read { try RunQuery(filter).run($0) }
  }

  /// The run of this id; nil where there is none.
  ///
  /// - Throws: ``LedgerError``.
  public func run(_ id: String) async throws -> RunRecord? { try await readers.read { try RunQuery.run(id, $0) } }

  /// Tool calls of a call, in the order of its reply, with what became of each.
  ///
  /// - Throws: ``LedgerError``.
  public func tools(of calls: [CallID]) async throws -> [CallID: [RunTool]] {
    try await readers.read { try RunTool.all(of: calls, $0) }
  }

  /// Keeps how runs ended. What is not known any more is left out; a run with a call after that goes on.
  ///
  /// - Throws: ``LedgerError``.
  public func write(_ ends: [(run: String, end: RunRecord.End)]) async throws {
    guard !ends.isEmpty else { return }
    // The rows of their calls come first.
    await waitForCommit()
    try await perform { store in
      let update = try PreparedStatement(
        store.connection,
        "UPDATE runs SET ended_at = ?, outcome = ?, document = ? WHERE id = ? AND last_at <= ?")
      for (run, end) in ends {
        update.bind(end.at.unixMicroseconds, at: 1)
        try update.bind(end.outcome, at: 2)
        try update.bind(end.document, at: 3)
        try update.bind(run, at: 4)
        update.bind(end.at.unixMicroseconds, at: 5)
        try update.run()
      }
      return {}
    }
  }
}

/// A tool call of a reply, with what became of it.
public struct RunTool: Sendable, Equatable {
  public var name: String
  /// The id that the model gave it; nil for a tool that the provider ran.
  public var id: String?
  /// How many times, where the provider ran it.
  public var times: Int64
  /// When the request with its result came; nil where none did.
  public var answeredAt: Timestamp?
  public var isError: Bool

  static func all(of calls: [CallID], _ context: ReadContext) throws -> [CallID: [RunTool]] {
    let row = try PreparedStatement(
      context.connection,
      "SELECT tool, tool_call_id, times, answered_at, is_error FROM tool_calls WHERE call = ? ORDER BY position")
    var tools: [CallID: [RunTool]] = [:]
    for call in calls {
      row.bind(call.rawValue, at: 1)
      while try row.step() {
        tools[call, default: []].append(
          RunTool(
            name: try context.names.text(row.name(0)) ?? "", id: row.text(1), times: row.int64(2),
            answeredAt: row.optionalInt64(3).map { Timestamp(unixMicroseconds: $0) }, isError: row.int64(4) != 0))
      }
      row.reset()
    }
    return tools
  }
}
