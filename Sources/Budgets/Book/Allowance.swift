public import Metering

/// What a person allowed above a budget's limit.
public struct HoldApproval: Sendable, Hashable {
  /// Who may use it.
  public enum Extent: Sendable, Hashable {
    /// The call that was held.
    case call
    /// Every call of its run that came with the same key, since keys may name runs alike; of the call alone where it has no run.
    case run
  }

  /// The budget that held the call.
  public var budget: String
  /// How much may be used above the limit, in the budget's unit.
  public var amount: Int64
  public var until: Timestamp
  public var extent: Extent

  public init(budget: String, amount: Int64, until: Timestamp, extent: Extent) {
    self.budget = budget
    self.amount = amount
    self.until = until
    self.extent = extent
  }
}

enum AllowanceKey: Sendable, Hashable {
  case call(CallID)
  case run(String, key: String?)
}

struct Allowance: Sendable {
  /// What is left of it; what a reservation did not use comes back.
  var left: Int64
  var until: Timestamp
}
