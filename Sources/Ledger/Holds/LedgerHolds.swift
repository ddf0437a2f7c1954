internal import Budgets
public import Metering

/// The holds that the ledger keeps.
public struct LedgerHolds: Sendable {
  let readers: ReaderPool
  let now: @Sendable () -> Timestamp
  let perform: CredentialBook.Perform

  /// Keeps a hold as it is now; with the entry in the audit log, where somebody decided.
  ///
  /// - Throws: ``LedgerError``.
  public func write(_ hold: HoldRecord, audit change: AuditedChange? = nil) async throws {
    let time = now()
    try await perform { store in
      try HoldTable(connection: store.connection).write(hold)
      if let change { try store.audit(change, at: hold.end?.at ?? time) }
      return {}
    }
  }

  /// The hold of this id; nil where there is none.
  ///
  /// - Throws: ``LedgerError``.
  public func hold(_ id: CallID) async throws -> HoldRecord? {
    try await readers.read { try HoldTable.hold(id, $0.connection) }
  }

  /// Holds, the newest first.
  ///
  /// - Throws: ``LedgerError``.
  public func page(_ filter: HoldFilter) async throws -> [HoldRecord] {
    try await readers.read { try HoldTable.page(filter, $0.connection) }
  }
}

/// What a person allowed a run and is in force, as a process finds it that begins.
public struct KeptApproval: Sendable, Equatable {
  /// The first of the holds by which the run was allowed something; what was allowed is the sum of all.
  public var hold: HoldRecord
  /// The run's calls that may have used it: that call, and those that ended after it was approved, whichever began first.
  public var calls: [SpentCall]
}

extension LedgerHolds {
  /// Approvals of runs that are in force, one a budget, run and key.
  ///
  /// - Throws: ``LedgerError``.
  public func approvalsOfRuns() async throws -> [KeptApproval] {
    let time = now()
    return try await readers.read { context in
      let ofKeys = try AccessStore(connection: context.connection).budgetsOfKeys()
      var approvals: [KeptApproval] = []
      for hold in try HoldTable.approvalsOfRuns(at: time, context.connection) {
        let known = approvals.firstIndex { $0.hold.isAllowedLike(hold) }
        guard let known else {
          let calls = try SpentCallQuery(
            start: Timestamp(unixMicroseconds: max(0, hold.openedAt.unixMicroseconds &- Self.parkedMicrosecondsMax)),
            after: nil, limit: Self.callsMax, ofKeys: ofKeys, run: hold.run
          ).run(context)
          guard calls.count < Self.callsMax else { continue }
          approvals.append(KeptApproval(hold: hold, calls: calls.filter(hold.mayHavePaid)))
          continue
        }
        approvals[known].hold.add(hold)
      }
      return approvals
    }
  }

  /// How long before a hold another call of its run may have begun that waited for a person too, and went on by what this one allowed.
  private static let parkedMicrosecondsMax: Int64 = 24 * 3_600 * 1_000_000

  /// Calls of a run that are looked at: where there are more, people are asked again.
  private static let callsMax = 100_000
}

extension HoldRecord {
  fileprivate func isAllowedLike(_ other: HoldRecord) -> Bool {
    cause.subject == other.cause.subject && run == other.run && key == other.key
  }

  /// Adds what was allowed later; for how long, the last says.
  fileprivate mutating func add(_ later: HoldRecord) {
    guard let amount = end?.approval?.amount, let more = later.end?.approval, let added = more.amount else { return }
    let (sum, overflow) = amount.addingReportingOverflow(added)
    end?.approval = Approval(extent: .run, amount: overflow ? .max : sum, until: more.until)
  }

  /// Whether what was allowed may have paid for the call.
  fileprivate func mayHavePaid(for call: SpentCall) -> Bool {
    guard let decidedAt = end?.at, call.call.key == key else { return false }
    return call.call.id == self.call || call.endedAt >= decidedAt
  }
}

/// Which holds to list. What is nil does not filter.
public struct HoldFilter: Sendable {
  public var state: HoldRecord.State?
  /// Only those with a smaller id than this one: the cursor.
  public var before: CallID?
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}
}
