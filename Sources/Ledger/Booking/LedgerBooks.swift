public import Metering
import Synchronization

/// What is booked after calls were settled: corrections, and prices that became known. Entries are added; the rows of calls
/// stay as they are.
///
/// The ledger's one writer makes every entry, in a transaction that first looks at what has been booked: so two commands at
/// once, and one that is repeated, book nothing twice.
public struct LedgerBooks: Sendable {
  typealias Job = @Sendable (LedgerStore) throws -> Void

  let readers: ReaderPool
  let now: @Sendable () -> Timestamp
  /// Waits until the rows of calls that have been settled are there; does nothing where no call can be.
  let waitForCommit: @Sendable () async -> Void
  /// Runs a job in a transaction of the writer.
  let perform: @Sendable (@escaping Job) async throws -> Void

  /// Adjustments, the newest first.
  ///
  /// - Throws: ``LedgerError``.
  public func adjustments(_ filter: AdjustmentFilter) async throws -> [Adjustment] {
    try await readers.read { try AdjustmentQuery(filter).run($0) }
  }

  /// The adjustments of some calls, in the order in which they were booked. Calls without any are left out.
  public func adjustments(of calls: [CallID]) async throws -> [CallID: [Adjustment]] {
    try await readers.read { try AdjustmentQuery.adjustments(of: calls, $0) }
  }

  /// Books a correction; where its key was used before, gives back what was booked then.
  ///
  /// - Parameter actor: whose token allowed it, for the audit log; nil is whoever the correction says.
  /// - Throws: ``LedgerError``: `booking` where it cannot be booked as it is.
  public func book(_ correction: Correction, by actor: String? = nil) async throws -> Adjustment {
    try correction.validate()
    let time = now()
    let id = try await performing { try $0.book(correction, by: actor ?? correction.who, now: time) }
    let booked = try await readers.read { context in
      let statement = try PreparedStatement(
        context.connection, "SELECT \(AdjustmentColumn.list) FROM adjustments WHERE id = ?")
      statement.bind(id, at: 1)
      return try AdjustmentQuery.adjustments(statement, context.names)
    }
    guard let adjustment = booked.first else { throw LedgerError.storage("the entry cannot be read back") }
    return adjustment
  }

  /// How many calls a query looks at in all.
  public func count(of query: RepriceQuery) async throws -> Int {
    await waitForCommit()
    return try await readers.read { try RepriceCandidates.count(query, $0.connection) }
  }

  /// Prices one page of calls again, and books the differences.
  ///
  /// - Parameters:
  ///   - actor: whose token allowed it, for the audit log; nil is whoever the query says.
  ///   - price: what a call costs by the price book of today.
  /// - Throws: ``LedgerError``.
  public func reprice(
    _ query: RepriceQuery, by actor: String? = nil, price: @escaping @Sendable (CallRecord) -> SecondCharge
  ) async throws -> RepricePage {
    try query.validate()
    await waitForCommit()
    let candidates = try await readers.read { try RepriceCandidates(query, $0) }
    var page = RepricePage()
    page.examined = candidates.examined
    page.next = candidates.next
    var repricings: [Repricing] = []
    for call in candidates.calls {
      switch price(call) {
      case .charge(let cost, let source, let pricedAs):
        repricings.append(Repricing(call: call, costPicodollars: cost, source: source, pricedAs: pricedAs))
      case .unknownModel:
        page.add(RepricePage.UnknownModel(provider: call.provider, model: call.model ?? "", calls: 1))
      case .notEnoughKnown: page.notEnoughKnown += 1
      }
    }
    let entries = try await entries(for: repricings, query, by: actor ?? query.who)
    page.repriced = entries.count
    page.unchanged = repricings.count - entries.count
    page.deltaPicodollars = entries.reduce(0, +)
    return page
  }

  /// The amounts that were booked, or would be.
  private func entries(
    for repricings: [Repricing], _ query: RepriceQuery, by actor: String
  ) async throws -> [Int128] {
    guard !repricings.isEmpty else { return [] }
    let time = now()
    guard query.isDryRun else { return try await performing { try $0.book(repricings, query, by: actor, now: time) } }
    return try await readers.read { context in
      let balances = try CallBalances(context.connection)
      return try repricings.compactMap { repricing in
        try repricing.entry(after: balances.balance(of: repricing.call.id), query, now: time)?.deltaPicodollars
      }
    }
  }

  private func performing<T: Sendable>(_ body: @escaping @Sendable (LedgerStore) throws -> T) async throws -> T {
    let box = ResultBox<T>()
    try await perform { store in
      let value = try body(store)
      box.result.withLock { $0 = value }
    }
    guard let value = box.result.withLock({ $0 }) else { throw LedgerError.closed }
    return value
  }
}

/// Carries what a job made out of it.
private final class ResultBox<T: Sendable>: Sendable {
  let result = Mutex<T?>(nil)
}
