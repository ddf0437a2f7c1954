import Budgets
import Metering
import Testing

/// A book that expectations can hold, since they cannot hold what is not copyable.
final class TestBook {
  private var book = BudgetBook()

  var definitions: [BudgetDefinition] { book.definitions }
  var reservationCount: Int { book.reservationCount }
  var waiterCount: Int { book.waiterCount }

  @discardableResult
  func define(
    _ definition: BudgetDefinition, at time: Timestamp = noon
  ) throws(BudgetDefinitionError) -> BudgetChanges {
    try book.define(definition, at: time)
  }

  func remove(_ budget: String, at time: Timestamp = noon) throws -> BudgetChanges {
    try book.remove(budget: budget, at: time)
  }

  @discardableResult
  func raise(_ budget: String, _ raise: BudgetRaise, at time: Timestamp = noon) throws -> BudgetChanges {
    try book.raise(budget: budget, raise, at: time)
  }

  func reserve(
    _ call: BudgetCall, _ need: CallNeed, canWait: Bool = true, at time: Timestamp = noon
  ) -> ReserveAnswer {
    book.reserve(call, need, canWait: canWait, at: time)
  }

  func approve(
    _ call: BudgetCall, _ need: CallNeed, _ approval: HoldApproval, at time: Timestamp = noon
  ) -> ReserveAnswer {
    book.approve(call, need, approval, at: time)
  }

  func explain(_ call: BudgetCall, _ need: CallNeed, at time: Timestamp = noon) -> [BudgetExplanation] {
    book.explain(call, need, at: time)
  }

  func extend(_ id: ReservationID, to amounts: CallAmounts, at time: Timestamp = noon) -> ExtendOutcome {
    book.extend(id, to: amounts, at: time)
  }

  func settle(
    _ id: ReservationID, _ used: CallAmounts, certainty: UsageCertainty = .whole, at time: Timestamp = noon
  ) -> Settlement? {
    book.settle(id, used, certainty: certainty, at: time)
  }

  func void(_ id: ReservationID, at time: Timestamp = noon) -> Settlement? { book.void(id, at: time) }

  func expire(_ id: ReservationID, at time: Timestamp = noon) -> Settlement? { book.expire(id, at: time) }

  func charge(
    _ call: BudgetCall, _ used: CallAmounts, reserve: CallReserve = .zero, startedAt: Timestamp,
    at time: Timestamp = noon
  ) -> Settlement {
    book.charge(call, used, reserve: reserve, startedAt: startedAt, at: time)
  }

  func restore(_ debit: BudgetDebit, tells: Bool = false, at time: Timestamp = noon) -> BudgetChanges? {
    book.restore(debit, tells: tells, at: time)
  }

  func abandon(_ id: WaiterID, at time: Timestamp = noon) -> BudgetChanges { book.abandon(id, at: time) }
  func advance(to time: Timestamp) -> BudgetChanges { book.advance(to: time) }
  func forecast(at time: Timestamp = noon) -> [BudgetEvent] { book.forecast(at: time) }
  func readings(at time: Timestamp = noon) -> [BudgetReading] { book.readings(at: time) }

  /// Reserves, which must succeed.
  func admit(_ call: BudgetCall, _ need: CallNeed, at time: Timestamp = noon) throws -> ReservationID {
    let outcome = reserve(call, need, at: time).outcome
    return try #require(outcome.admission, "\(outcome)").reservation
  }

  /// Spends so much in one call that has no time.
  @discardableResult
  func spend(_ amount: Int64, _ call: BudgetCall = call(), at time: Timestamp = noon) throws -> Settlement {
    let reservation = try admit(call, need(amount), at: time)
    return try #require(settle(reservation, used(amount), at: time))
  }

  /// The most used window of the budget.
  func window(_ budget: String, at time: Timestamp = noon) -> WindowReading? {
    readings(at: time).first { $0.name == budget }?.windows.first
  }
}
