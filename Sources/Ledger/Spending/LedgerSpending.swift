public import Budgets
public import Metering

/// What calls took of budgets, as the ledger keeps it.
public struct LedgerSpending: Sendable {
  let readers: ReaderPool
  let now: @Sendable () -> Timestamp
  let waitForCommit: @Sendable () async -> Void
  let perform: @Sendable (@escaping LedgerBooks.Job) async throws -> Void

  /// Everything that is kept.
  ///
  /// - Throws: ``LedgerError``.
  public func kept() async throws -> KeptSpending {
    await waitForCommit()
    return try await readers.read { try SpendingTable.read($0.connection) }
  }

  /// Puts other amounts in the place of everything that a budget has.
  ///
  /// - Parameter basis: what they are sums of.
  /// - Throws: ``LedgerError``.
  public func replace(_ budget: String, basis: String, with debits: [BudgetDebit]) async throws {
    let time = now()
    try await perform { try $0.spending.replace(budget, basis: basis, with: debits, at: time) }
  }

  /// Adds what was missing to what a budget has.
  ///
  /// - Parameter basis: what the amounts are sums of.
  /// - Throws: ``LedgerError``.
  public func complete(_ budget: String, basis: String, with debits: [BudgetDebit]) async throws {
    let time = now()
    try await perform { try $0.spending.complete(budget, basis: basis, with: debits, at: time) }
  }

  /// Looks at every call that started at an instant or later, in the order of their ids, and at what is kept of a budget, both in
  /// the same state of the file.
  ///
  /// - Parameter body: is handed a function that passes every call to the one it is given. Runs on a thread of the ledger's readers.
  /// - Throws: ``LedgerError``, as after 30 seconds; what `body` throws.
  public func survey<Sum: Sendable>(
    of budget: String, since start: Timestamp,
    _ body: @escaping @Sendable (_ forEach: ((SpentCall) -> Void) throws -> Void) throws -> Sum
  ) async throws -> (sum: Sum, kept: [BudgetDebit]) {
    await waitForCommit()
    return try await readers.read { context in
      let sum = try body { visit in
        var after: CallID?
        while true {
          let page = try SpentCallQuery(start: start, after: after, limit: Self.surveyPageCalls).run(context)
          page.forEach(visit)
          guard let last = page.last, page.count == Self.surveyPageCalls else { return }
          after = last.call.id
        }
      }
      return (sum, try SpendingTable.read(context.connection, budget: budget).debits[budget] ?? [])
    }
  }

  private static let surveyPageCalls = 4_096

  /// One page of the calls that started at an instant or later, in the order of their ids: what budgets are filled from, or tried
  /// on.
  ///
  /// - Parameters:
  ///   - after: the last call of the page before; nil for the first page.
  ///   - limit: 1 to ``pageCallsMax``.
  /// - Throws: ``LedgerError``.
  public func calls(since start: Timestamp, after: CallID?, limit: Int) async throws -> [SpentCall] {
    await waitForCommit()
    let limit = min(max(1, limit), Self.pageCallsMax)
    return try await readers.read { try SpentCallQuery(start: start, after: after, limit: limit).run($0) }
  }

  /// The calls of one page at most.
  public static let pageCallsMax = 50_000
}

/// What budgets know of a call that has been settled.
public struct SpentCall: Sendable, Equatable {
  public var call: BudgetCall
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  public var used: CallAmounts
}
