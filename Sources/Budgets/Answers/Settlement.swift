public import Metering

/// What came of the end of a reservation.
public struct Settlement: Sendable, Equatable {
  /// What was posted, for the ledger to keep in the transaction of the call's row.
  public var debits: [BudgetDebit]
  /// What the change let happen.
  public var changes: BudgetChanges

  public init(debits: [BudgetDebit], changes: BudgetChanges) {
    self.debits = debits
    self.changes = changes
  }
}

/// An amount posted to one window of one scope.
public struct BudgetDebit: Sendable, Hashable {
  public var budget: String
  public var scope: String
  /// The start of the window; of a rolling one, of the bucket. With ``budget``, ``scope`` and ``unit`` the key to restore by.
  public var windowStart: Timestamp
  public var unit: BudgetUnit
  /// In ``unit``.
  public var amount: Int64

  public init(budget: String, scope: String, windowStart: Timestamp, unit: BudgetUnit, amount: Int64) {
    self.budget = budget
    self.scope = scope
    self.windowStart = windowStart
    self.unit = unit
    self.amount = amount
  }
}

/// What a change of the book or the passing of time made happen.
public struct BudgetChanges: Sendable, Equatable {
  /// Calls that wait no longer, in the order in which they came.
  public var released: [ReleasedWaiter] = []
  public var events: [BudgetEvent] = []

  public init() {}
}

/// A call that waits no longer.
public struct ReleasedWaiter: Sendable, Equatable {
  public var waiter: WaiterID
  /// Never `waiting`.
  public var outcome: ReserveOutcome

  public init(waiter: WaiterID, outcome: ReserveOutcome) {
    self.waiter = waiter
    self.outcome = outcome
  }
}

/// What came of a request to spend more than was reserved, mid-stream.
public enum ExtendOutcome: Sendable, Equatable {
  /// The reply may go on, up to these amounts; nil where no hard budget bounds it.
  case extended(hardPicodollars: Int64?, hardTokens: Int64?)
  /// Nothing is left: the stream is to be cut.
  case cut(BudgetRefusal, events: [BudgetEvent])
  /// The reservation has ended.
  case ended
}
