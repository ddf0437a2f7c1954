import Budgets
import Ledger
import Metering
import Runs

/// What came of a call that was to be parked.
enum ParkOutcome: Equatable {
  /// It is parked under this hold.
  case parked(CallID)
  /// A person has let it pass by this, before it came again.
  case passes(HoldRecord.Approval)
  /// As many are parked as there may be.
  case full
}

/// Who holds a call, and why: what its client is told of it.
enum HeldBy: Sendable, Equatable {
  case budget(BudgetRefusal)
  case guardrail(GuardrailTrip)

  var cause: HoldCause {
    switch self {
    case .budget(let refusal): .budget(BudgetShortfall(refusal))
    case .guardrail(let trip): .guardrail(trip)
    }
  }
}

/// What a parked call is told.
enum HoldAnswer: Sendable {
  /// A person has let it pass: what held it has been told.
  case approved(HoldRecord)
  /// Its run was allowed more, which may be enough for this call too.
  case tryAgain(HoldRecord.End)
  /// Denied, or nobody decided.
  case ended(HoldRecord, HeldBy)
  /// The client is told to come again, and the case stays open.
  case comeAgain(HoldRecord, HeldBy)
}

/// What a retry is known by: its run, else who calls which model.
struct RetryIdentity: Hashable, Sendable {
  private let subject: HoldSubject
  private let key: String?
  private let run: String?
  private let agent: String
  private let workflow: String
  private let model: String?

  init(_ call: BudgetCall, _ subject: HoldSubject) {
    self.subject = subject
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

  var identity: RetryIdentity { RetryIdentity(budgetCall, cause.subject) }

  func isOfSameRun(as other: HoldRecord) -> Bool {
    run != nil && run == other.run && key == other.key && cause.subject == other.cause.subject
  }
}
