import Budgets
import Ledger
import Metering

/// What came of a call that was to be parked.
enum ParkOutcome: Equatable {
  /// It is parked under this hold.
  case parked(CallID)
  /// A person has let it pass: budgets are to allow this, and it is to be reserved again.
  case passes(HoldApproval)
  /// As many are parked as there may be.
  case full
}

/// What a parked call is told.
enum HoldAnswer: Sendable {
  /// Budgets have been told to allow it: it is reserved again.
  case approved(HoldRecord)
  /// Its run was allowed more, which may be enough for this call too.
  case tryAgain(HoldRecord.End)
  /// Denied, or nobody decided.
  case ended(HoldRecord, BudgetRefusal)
  /// The client is told to come again, and the case stays open.
  case comeAgain(HoldRecord, BudgetRefusal)
}

/// What a retry is known by: its run, else who calls which model.
struct RetryIdentity: Hashable, Sendable {
  private let budget: String
  private let key: String?
  private let run: String?
  private let agent: String
  private let workflow: String
  private let model: String?

  init(_ call: BudgetCall, budget: String) {
    self.budget = budget
    key = call.key
    run = call.run
    agent = call.agent
    workflow = call.workflow
    // Within its run, an agent may try another model.
    model = call.run == nil ? call.model : nil
  }
}

extension HoldRecord {
  var budgetCall: BudgetCall {
    BudgetCall(
      id: call, agent: agent, workflow: workflow, run: run, key: key, team: team, provider: provider, model: model)
  }

  var identity: RetryIdentity { RetryIdentity(budgetCall, budget: budget) }

  func isOfSameRun(as other: HoldRecord) -> Bool {
    run != nil && run == other.run && key == other.key && budget == other.budget
  }
}
