public import Metering

/// The runs that the ledger keeps.
public struct LedgerRuns: Sendable {
  let readers: ReaderPool
  let waitForCommit: @Sendable () async -> Void
  let put: @Sendable ([RunEvent]) -> Void
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

  /// The run of this id with its calls; nil where there is none.
  ///
  /// - Throws: ``LedgerError``.
  public func detail(_ id: String) async throws -> RunDetail? {
    try await readers.read { context in
      guard let run = try RunQuery.run(id, context) else { return nil }
      var ofRun = CallFilter()
      ofRun.run = id
      ofRun.limit = RunDetail.rowsMax
      let calls = Array(try CallQuery(ofRun).run(context).reversed())
      var ofParent = RunFilter()
      ofParent.parentRun = id
      ofParent.limit = RunDetail.rowsMax
      var ofEvents = RunEventFilter()
      ofEvents.run = id
      ofEvents.type = nil
      ofEvents.limit = RunDetail.rowsMax
      return RunDetail(
        run: run, calls: calls, tools: try RunTool.all(of: calls.map(\.id), context),
        events: try RunEventQuery(ofEvents).run(context).reversed().map(\.event),
        children: try RunQuery(ofParent).run(context).reversed())
    }
  }

  /// The tools that the replies of calls asked for, with what became of them.
  ///
  /// - Throws: ``LedgerError``.
  public func tools(of calls: [CallID]) async throws -> [CallID: [RunTool]] {
    try await readers.read { try RunTool.all(of: calls, $0) }
  }

  // MARK: Events

  /// What was noticed of runs and calls, the newest first.
  ///
  /// - Throws: ``LedgerError``.
  public func events(_ filter: RunEventFilter) async throws -> [KeptRunEvent] {
    await waitForCommit()
    return try await readers.read { try RunEventQuery(filter).run($0) }
  }

  /// What was noticed of a call, in that order.
  ///
  /// - Throws: ``LedgerError``.
  public func events(of call: CallID) async throws -> [RunEvent] {
    try await readers.read { try RunEventQuery.events(of: call, $0) }
  }

  /// Keeps what was noticed of calls that are not settled: of one that was refused, say. Never waits; committed soon. While the ledger
  /// cannot be written, or has more of them to write than ``RunEventQueue/eventsMax``, they are lost, which is logged.
  public func note(_ events: [RunEvent]) { put(events) }

  // MARK: Links

  /// Keeps a batch of links behind the others, or in the place of all.
  ///
  /// - Throws: ``LedgerError``.
  public func keep(links batch: [UInt8], inPlaceOfAll: Bool = false) async throws {
    try await perform { store in
      let table = RunLinkTable(connection: store.connection)
      if inPlaceOfAll { try table.replace(with: batch) } else { try table.append(batch) }
      return {}
    }
  }

  // MARK: Ends

  /// Keeps how runs ended. What is not known any more is left out.
  ///
  /// - Parameters:
  ///   - seenAt: when they were seen to have ended; a run with a call that ended later goes on.
  ///   - events: what was noticed of them then, stored with them.
  /// - Throws: ``LedgerError``.
  public func write(
    _ ends: [(run: String, end: RunRecord.End)], seenAt: Timestamp, noting events: [RunEvent] = []
  ) async throws {
    guard !ends.isEmpty || !events.isEmpty else { return }
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
        update.bind(seenAt.unixMicroseconds, at: 5)
        try update.run()
      }
      try store.events.write(events)
      return {}
    }
  }
}
