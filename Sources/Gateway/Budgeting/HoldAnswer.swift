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

  /// What is allowed by an approval, where it fits the call.
  func approval(
    _ extent: HoldExtent, amount wanted: BudgetLimit?, seconds: Int64, at time: Timestamp
  ) throws(HoldDecisionError) -> Approval {
    guard 1...HoldLimits.approvalSecondsMax ~= seconds else {
      throw .unfit("an approval is in force for a second at least and for 7 days at most")
    }
    guard extent == .call || run != nil else { throw .unfit("the call names no run: approve the call alone") }
    let until = time.adding(seconds: seconds)
    guard let shortfall else {
      guard wanted == nil else {
        throw .unfit(
          "a guardrail holds the call: approve it without an amount, or raise its limit by tollgate run release")
      }
      return Approval(extent: extent, amount: nil, until: until)
    }
    let unit = shortfall.unit
    if let wanted, wanted.unit != unit {
      throw .unfit("the budget \(shortfall.budget) counts \(unit.rawValue): write such as \(unit.text(shortfall.need))")
    }
    let amount = wanted?.amount ?? shortfall.need
    guard amount >= shortfall.need else {
      throw .unfit("\(unit.text(amount)) is not enough: the call needs \(unit.text(shortfall.need))")
    }
    return Approval(extent: extent, amount: amount, until: until)
  }
}
