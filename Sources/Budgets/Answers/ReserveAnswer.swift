public import Metering

/// What came of a call that asked to be reserved.
public struct ReserveAnswer: Sendable, Equatable {
  public var outcome: ReserveOutcome
  /// What is to be told, once for each window.
  public var events: [BudgetEvent]

  public init(outcome: ReserveOutcome, events: [BudgetEvent]) {
    self.outcome = outcome
    self.events = events
  }
}

public enum ReserveOutcome: Sendable, Equatable {
  /// Reserved in every matching scope. The reservation must be settled, voided or expired.
  case admitted(BudgetAdmission)
  /// Others' reservations stand in the way: the call waits in order, and is let go by a ``ReleasedWaiter``.
  case waiting(BudgetWait)
  case refused(BudgetRefusal)
  /// A person is to be asked; nothing is reserved. ``BudgetBook/approve(_:_:_:at:)`` tries again.
  case held(BudgetRefusal)
}

/// A call that may be sent.
public struct BudgetAdmission: Sendable, Equatable {
  public var reservation: ReservationID
  /// The limit of output to write into the request; nil where the request stays as it is.
  public var clampOutputTokens: Int64?
  /// What was decided besides letting the call pass (`warn`, `clamp`, `would_deny`, `would_clamp`). The book has counted it.
  public var decisions: [BudgetDecision]
  /// What the reply may visibly cost before ``BudgetBook/extend(_:to:at:)`` must be asked; nil where no hard budget bounds it.
  public var hardPicodollars: Int64?
  /// The same in tokens, in and out.
  public var hardTokens: Int64?

  public init(
    reservation: ReservationID, clampOutputTokens: Int64? = nil, decisions: [BudgetDecision],
    hardPicodollars: Int64? = nil, hardTokens: Int64? = nil
  ) {
    self.reservation = reservation
    self.clampOutputTokens = clampOutputTokens
    self.decisions = decisions
    self.hardPicodollars = hardPicodollars
    self.hardTokens = hardTokens
  }
}

/// What a budget decided of one call.
public struct BudgetDecision: Sendable, Hashable {
  /// The label `decision` of `tollgate_budget_decisions_total`.
  public enum Kind: String, Sendable, CaseIterable {
    case allow, wait, warn, clamp, hold, deny, cut
    case wouldDeny = "would_deny"
    case wouldClamp = "would_clamp"
  }

  public var budget: String
  public var kind: Kind

  public init(budget: String, kind: Kind) {
    self.budget = budget
    self.kind = kind
  }
}

/// A place in the queue of a budget.
public struct BudgetWait: Sendable, Equatable {
  public var waiter: WaiterID
  public var budget: String
  public var scope: String
  /// When the waiting ends with a refusal.
  public var until: Timestamp
  /// What the call is told if it is not to wait after all.
  public var refusal: BudgetRefusal

  public init(waiter: WaiterID, budget: String, scope: String, until: Timestamp, refusal: BudgetRefusal) {
    self.waiter = waiter
    self.budget = budget
    self.scope = scope
    self.until = until
    self.refusal = refusal
  }
}

/// Why a call may not be sent, with the state of the budget that says so.
public struct BudgetRefusal: Sendable, Equatable {
  public enum Reason: Sendable, Hashable {
    /// What is settled and the call's need pass the limit. A retry is in vain before ``BudgetRefusal/resetsAt``.
    case exhausted
    /// It would fit, but others' reservations stood in the way for too long, too many waited, or the call cannot wait.
    case contended(retryAfterSeconds: Int64)
    /// A hard budget cannot tell what the call may cost.
    case unbounded
  }

  public var reason: Reason
  public var budget: String
  /// `workflow=x`, or `all` where one limit is shared.
  public var scope: String
  public var unit: BudgetUnit
  /// The limit in force, raises included, in ``unit``.
  public var limit: Int64
  /// What is settled in the window, in ``unit``.
  public var spent: Int64
  /// What calls in flight have reserved, in ``unit``.
  public var reserved: Int64
  /// What this call needs, in ``unit``; nil where it is not known.
  public var need: Int64?
  public var window: BudgetWindow
  /// When a call like this fits again, if nothing else is used; nil where no passing of time makes it fit.
  public var resetsAt: Timestamp?

  public init(
    reason: Reason, budget: String, scope: String, unit: BudgetUnit, limit: Int64, spent: Int64, reserved: Int64,
    need: Int64? = nil, window: BudgetWindow, resetsAt: Timestamp? = nil
  ) {
    self.reason = reason
    self.budget = budget
    self.scope = scope
    self.unit = unit
    self.limit = limit
    self.spent = spent
    self.reserved = reserved
    self.need = need
    self.window = window
    self.resetsAt = resetsAt
  }
}

/// A reservation of one call in all its budgets. It ends exactly once.
public struct ReservationID: Sendable, Hashable {
  /// A place and how often it was used before, so that an id that has ended is not taken for a later one.
  public var rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A call that waits.
public struct WaiterID: Sendable, Hashable {
  /// Grows with every call that waits.
  public var rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}
