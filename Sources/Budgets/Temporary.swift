public import Metering
public struct UsualSpend: Sendable { public var amounts: CallAmounts; public var outputTokens: Int64 }
public struct SpendHistory: Sendable {
  public init() {}
  public func usual(model: String, workflow: String) -> UsualSpend? { nil }
  public mutating func learn(model: String, workflow: String, used: CallAmounts, outputTokens: Int64) {}
}
extension BudgetBook {
  public mutating func expireWaiters(at time: Timestamp) -> BudgetChanges { BudgetChanges() }
  public mutating func extend(_ r: ReservationID, to amounts: CallAmounts, at time: Timestamp) -> ExtendOutcome {
    .ended
  }
}
extension BudgetBook {
  public mutating func restore(_ debit: BudgetDebit, at time: Timestamp) -> BudgetChanges { BudgetChanges() }
}
extension TimeZoneRules { public init?(timeZoneFile: [UInt8]) { return nil } }
