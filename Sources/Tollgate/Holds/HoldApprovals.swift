import Budgets
import Gateway
import Ledger
import Logging
import Metering

/// What people allowed to runs, which a restart does not end: what they have not used of it comes back.
struct HoldApprovals: Sendable {
  let desk: BudgetDesk
  let ledger: Ledger
  let logger: Logger

  /// Where they cannot be read, people are asked again.
  func restore(at time: Timestamp) async {
    do {
      let definitions = desk.withBook { $0.definitions }
      for approval in try await ledger.holds.approvalsOfRuns() {
        let budget = approval.hold.shortfall?.budget
        guard let definition = definitions.first(where: { $0.name == budget }) else { continue }
        desk.restore(approval.hold, left: Self.left(of: approval, in: definition, at: time), at: time)
      }
    } catch {
      logger.error(
        "what people allowed to runs could not be read: they are asked again", metadata: ["error": "\(error)"])
    }
  }

  /// What is left of an approval when every call of its run that came after it has used it: never more than there was.
  static func left(of approval: KeptApproval, in definition: BudgetDefinition, at time: Timestamp) -> Int64 {
    guard let amount = approval.hold.end?.approval?.amount, definition.limit.unit == approval.hold.shortfall?.unit
    else {
      return 0
    }
    var whole = definition
    whole.each = nil
    whole.period = .total
    var book = BudgetBook()
    guard (try? book.define(whole, at: time)) != nil else { return 0 }
    for call in approval.calls where call.countsInBudgets {
      _ = book.charge(call.call, call.used, startedAt: call.startedAt, at: time)
    }
    return amount - min(amount, max(0, book.readings(at: time).first?.windows.first?.spent ?? 0))
  }
}
