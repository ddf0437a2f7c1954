public import Budgets
public import Ledger
public import Metering

/// Where one scope of a budget stands.
public struct BudgetFacts: Sendable, Equatable {
  /// The budget's name.
  public var budget: String
  /// What the limit is for, as in `workflow=nightly`; empty where one limit is shared by all.
  public var scope: String
  public var unit: BudgetUnit
  /// In pico-dollars where ``unit`` is USD, else a count.
  public var limit: Int128
  public var spent: Int128
  public var reserved: Int128
  /// The share of the limit that the alert is about, in millionths; nil where it is about none.
  public var thresholdPartsPerMillion: Int64?
  /// Nil for a budget without windows: a total, or a run's.
  public var windowStart: Timestamp?
  public var windowEnd: Timestamp?
  /// When the limit will be reached, if spend goes on as it does; nil without a forecast.
  public var exhaustionAt: Timestamp?

  public init(
    budget: String, scope: String, unit: BudgetUnit, limit: Int128, spent: Int128, reserved: Int128,
    thresholdPartsPerMillion: Int64? = nil, windowStart: Timestamp? = nil, windowEnd: Timestamp? = nil,
    exhaustionAt: Timestamp? = nil
  ) {
    self.budget = budget
    self.scope = scope
    self.unit = unit
    self.limit = limit
    self.spent = spent
    self.reserved = reserved
    self.thresholdPartsPerMillion = thresholdPartsPerMillion
    self.windowStart = windowStart
    self.windowEnd = windowEnd
    self.exhaustionAt = exhaustionAt
  }
}

/// A call that waits for a person.
public struct HoldFacts: Sendable, Equatable {
  public var hold: String
  /// Which budget, or which limit of which guardrail.
  public var heldBy: HoldSubject
  /// The budget's scope, or the run: `run=x`.
  public var scope: String
  /// What the run has reached, with its figures; nil where a budget holds the call.
  public var detail: String?
  /// When it is denied by itself.
  public var expiresAt: Timestamp
  /// Where a person sees the case and decides; nil where that is not known.
  public var link: String?

  public init(
    hold: String, heldBy: HoldSubject, scope: String, detail: String? = nil, expiresAt: Timestamp, link: String? = nil
  ) {
    self.hold = hold
    self.heldBy = heldBy
    self.scope = scope
    self.detail = detail
    self.expiresAt = expiresAt
    self.link = link
  }
}

/// Calls of one provider.
public struct TrafficFacts: Sendable, Equatable {
  public var provider: String
  /// How many of them the alert is about.
  public var calls: Int64
  /// How many there were in all, in the same time; nil where that says nothing.
  public var callsInAll: Int64?

  public init(provider: String, calls: Int64, callsInAll: Int64? = nil) {
    self.provider = provider
    self.calls = calls
    self.callsInAll = callsInAll
  }
}
