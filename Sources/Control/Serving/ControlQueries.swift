internal import Escalation
internal import Ledger
internal import Metering

/// What the control plane asks the ledger.
struct ControlQueries: Sendable {
  var calls: @Sendable (CallFilter) async throws -> [CallRecord]
  var call: @Sendable (CallID) async throws -> CallRecord?
  var summary: @Sendable (_ by: [SummaryDimension], _ range: TimeRange) async throws -> [SummaryRow]
  var runs: ControlRuns
  var books: ControlBooks
  var credentials: ControlCredentials
  var budgets: ControlBudgets
  var alerts: ControlAlerts
  var holds: ControlHolds
}

/// What the control plane asks of the books, and has written into them.
struct ControlBooks: Sendable {
  var adjustments: @Sendable (AdjustmentFilter) async throws -> [Adjustment]
  var adjustmentsOfCalls: @Sendable ([CallID]) async throws -> [CallID: [Adjustment]]
  /// In the name of an actor, whom the audit log shows.
  var book: @Sendable (Correction, _ actor: String) async throws -> Adjustment
  var reprice: @Sendable (RepriceQuery, _ actor: String) async throws -> RepricePage
  /// How many calls a query looks at in all.
  var repriceCount: @Sendable (RepriceQuery) async throws -> Int
}

extension ControlQueries {
  /// - Parameters:
  ///   - escalation: nil where nobody is told of alerts.
  ///   - price: what a call costs by the price book of today.
  init(
    _ ledger: Ledger, runs: ControlRuns, budgets: ControlBudgets, holds: ControlHolds, escalation: Escalation? = nil,
    price: @escaping @Sendable (CallRecord) -> SecondCharge
  ) {
    let books = ledger.books
    self.init(
      calls: { try await ledger.calls($0) }, call: { try await ledger.call($0) },
      summary: { dimensions, range in
        try await ledger.summary(
          by: dimensions, from: range.from, to: range.to, utcOffsetSeconds: range.utcOffsetSeconds)
      },
      runs: runs,
      books: ControlBooks(
        adjustments: { try await books.adjustments($0) },
        adjustmentsOfCalls: { try await books.adjustments(of: $0) }, book: { try await books.book($0, by: $1) },
        reprice: { try await books.reprice($0, by: $1, price: price) },
        repriceCount: { try await books.count(of: $0) }),
      credentials: ControlCredentials(ledger.credentials), budgets: budgets,
      alerts: escalation.map { ControlAlerts($0) } ?? ControlAlerts(ledger), holds: holds)
  }
}
