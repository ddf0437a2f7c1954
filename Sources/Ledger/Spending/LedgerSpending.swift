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

  /// Notes which budgets are in force. The amounts of every other miss what is spent from now on: ``KeptSpending/interrupted`` says
  /// so, until they are replaced.
  ///
  /// - Throws: ``LedgerError``.
  public func inForce(_ budgets: Set<String>) async throws {
    try await perform { try $0.spending.interrupt(otherThan: budgets) }
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
  /// - Throws: ``LedgerError``, as after ten minutes; what `body` throws.
  public func survey<Sum: Sendable>(
    of budget: String, since start: Timestamp,
    _ body: @escaping @Sendable (_ forEach: ((SpentCall) -> Void) throws -> Void) throws -> Sum
  ) async throws -> (sum: Sum, kept: [BudgetDebit]) {
    await waitForCommit()
    return try await readers.read(secondsMax: Self.surveySecondsMax) { context in
      let ofKeys = try AccessStore(connection: context.connection).budgetsOfKeys()
      let sum = try body { visit in
        var after: CallID?
        while true {
          let page = try SpentCallQuery(start: start, after: after, limit: Self.surveyPageCalls, ofKeys: ofKeys)
            .run(context)
          page.forEach(visit)
          guard let last = page.last, page.count == Self.surveyPageCalls else { return }
          after = last.call.id
        }
      }
      return (sum, try SpendingTable.read(context.connection, budget: budget).debits[budget] ?? [])
    }
  }

  private static let surveyPageCalls = 4_096
  /// A year of many calls is read through in less. Meanwhile the write-ahead log grows.
  private static let surveySecondsMax: Int64 = 600
}

/// What budgets know of a call that has been settled.
public struct SpentCall: Sendable, Equatable {
  public var call: BudgetCall
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  public var used: CallAmounts
  /// What was called, and why it failed, where it did.
  public var method: String
  public var path: String
  public var dialect: String?
  public var error: String?

  public init(
    call: BudgetCall, startedAt: Timestamp, endedAt: Timestamp, used: CallAmounts, method: String, path: String,
    dialect: String? = nil, error: String? = nil
  ) {
    self.call = call
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.used = used
    self.method = method
    self.path = path
    self.dialect = dialect
    self.error = error
  }
}
