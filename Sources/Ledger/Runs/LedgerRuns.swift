public import Metering
public import Runs

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
    await waitForCommit()
    return try await readers.read { try RunQuery(filter).run($0) }
  }

  /// The run of this id; nil where there is none.
  ///
  /// - Throws: ``LedgerError``.
  public func run(_ id: String) async throws -> RunRecord? {
    await waitForCommit()
    return try await readers.read { try RunQuery.run(id, $0) }
  }

  /// The run of this id with its calls; nil where there is none.
  ///
  /// - Throws: ``LedgerError``.
  public func detail(_ id: String) async throws -> RunDetail? {
    await waitForCommit()
    return try await readers.read { context in
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
        run: run, calls: calls, callCount: try RunQuery.callCount(id, context),
        tools: try RunTool.all(of: calls.map(\.id), context),
        events: try RunEventQuery(ofEvents).run(context).reversed().map(\.event),
        children: try RunQuery(ofParent).run(context).reversed())
    }
  }

  /// The tools that the replies of calls asked for, with what became of them.
  ///
  /// - Throws: ``LedgerError``.
  public func tools(of calls: [CallID]) async throws -> [CallID: [RunTool]] {
    await waitForCommit()
    return try await readers.read { try RunTool.all(of: calls, $0) }
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

  // MARK: Restart

  /// Runs that have not ended, with what their rows say that they came to: those to which something happened last, the one that was idle
  /// longest first. For the start of a process.
  ///
  /// - Throws: ``LedgerError``.
  public func live(max: Int) async throws -> [KeptRun] {
    try await readers.read(secondsMax: Self.startSecondsMax) { try KeptRunQuery($0).live(max: max) }
  }

  /// What the runs came to that began last and have ended, the oldest first.
  ///
  /// - Throws: ``LedgerError``.
  public func past(max: Int) async throws -> [PastRun] {
    try await readers.read(secondsMax: Self.startSecondsMax) { try PastRunQuery.last(max, $0) }
  }

  /// How long a query at the start of a process may take.
  private static let startSecondsMax: Int64 = 60

  /// Keeps what a person let a run have beyond its guardrails, with the entry in the audit log.
  ///
  /// - Throws: ``LedgerError``.
  public func keep(_ limits: [KeptGuardrail], of run: String, at time: Timestamp, audit change: AuditedChange)
    async throws
  {
    try await perform { store in
      let insert = try PreparedStatement(
        store.connection,
        "INSERT OR REPLACE INTO run_releases (run, guardrail, kind, granted, until, made_at) VALUES (?, ?, ?, ?, ?, ?)")
      for limit in limits {
        try insert.bind(run, at: 1)
        try insert.bind(limit.guardrail, at: 2)
        try insert.bind(limit.kind.rawValue, at: 3)
        insert.bind(limit.granted, at: 4)
        insert.bind(limit.releasedUntil?.unixMicroseconds, at: 5)
        insert.bind(time.unixMicroseconds, at: 6)
        try insert.run()
      }
      try store.audit(change, at: time)
      return {}
    }
  }

  // MARK: Ends

  /// Keeps how runs ended. What is not known any more is left out; and what nobody saw of a run (`unknown`) takes the place of nothing,
  /// as one that had to make room may have been told already.
  ///
  /// - Parameters:
  ///   - seenAt: when they were seen to have ended; a run with a call that began later goes on.
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
        """
        UPDATE runs SET ended_at = ?1, outcome = ?2, document = ?3 WHERE id = ?4 AND (ended_at IS NULL OR ?2 <> ?6)
          AND (last_at <= ?5 OR NOT EXISTS (SELECT 1 FROM calls WHERE run = ?4 AND started_at > ?5))
        """)
      try update.bind(RunOutcome.unknown.rawValue, at: 6)
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
