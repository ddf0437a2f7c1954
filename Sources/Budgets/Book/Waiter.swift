import Metering

/// A call that waits for others' reservations to end, in the queue of one account.
struct Waiter: Sendable {
  var call: BudgetCall
  var need: CallNeed
  /// Grows with every call that waits; lower came first.
  var sequence: Int64
  var until: Timestamp
  var budget: Int
  /// Whose queue it stands in.
  var account: Int
  var previous = nowhere
  var next = nowhere
  var isLive = true

  static let none = Waiter(
    call: BudgetCall(id: CallID(rawValue: 0), agent: "", workflow: "", provider: ""),
    need: CallNeed(expected: .zero), sequence: 0, until: BudgetWindow.always.start, budget: nowhere, account: nowhere,
    isLive: false)
}
