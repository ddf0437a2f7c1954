public import Budgets
public import Metering
public import Runs

/// A call that is held for a person to decide about: what they need for that, and what became of it. No text of a prompt.
public struct HoldRecord: Sendable, Equatable {
  /// What has become of it. The raw value stands in the ledger and in the API.
  public enum State: String, Sendable, CaseIterable {
    /// The call is parked.
    case pending
    /// The client was told to come again; whoever decides does so for its retry.
    case retrying
    case approved
    case denied
    /// Nobody answered in time.
    case expired
    /// The client left, or the process ended.
    case dropped

    /// Whether it can still be decided.
    public var isOpen: Bool { self == .pending || self == .retrying }
  }

  /// How it ended.
  public struct End: Sendable, Equatable {
    public var at: Timestamp
    /// Whose token decided; nil where nobody did.
    public var by: String?
    /// What the person wrote, or why nobody decided.
    public var reason: String?
    /// What was allowed; nil where nothing was.
    public var approval: Approval?

    public init(at: Timestamp, by: String? = nil, reason: String? = nil, approval: Approval? = nil) {
      self.at = at
      self.by = by
      self.reason = reason
      self.approval = approval
    }
  }

  /// What a person allowed.
  public struct Approval: Sendable, Equatable {
    public var extent: HoldExtent
    /// Above the limit, in the budget's unit; nil where it is about a guardrail.
    public var amount: Int64?
    public var until: Timestamp

    public init(extent: HoldExtent, amount: Int64?, until: Timestamp) {
      self.extent = extent
      self.amount = amount
      self.until = until
    }
  }

  public var id: CallID
  /// The call that is held; of one that came again, the last.
  public var call: CallID
  public var openedAt: Timestamp
  /// When the call is answered if nobody decides.
  public var until: Timestamp
  public var agent: String
  public var workflow: String
  public var run: String?
  /// The name of the virtual key.
  public var key: String?
  public var team: String?
  public var provider: String
  public var model: String?

  public var cause: HoldCause
  /// What such calls cost.
  public var expectedPicodollars: Int64
  /// No less than what the call can cost; nil where nothing bounds it.
  public var boundPicodollars: Int64?

  public var state = State.pending
  public var end: End?

  public init(
    id: CallID, of call: BudgetCall, need: CallNeed, cause: HoldCause, openedAt: Timestamp, until: Timestamp
  ) {
    self.id = id
    self.call = call.id
    self.openedAt = openedAt
    self.until = until
    agent = call.agent
    workflow = call.workflow
    run = call.run
    key = call.key
    team = call.team
    provider = call.provider
    model = call.model
    self.cause = cause
    expectedPicodollars = need.expected.picodollars
    boundPicodollars = need.boundPicodollars
  }

  /// Without who calls: the row of the ledger says it.
  init(
    id: CallID, call: CallID, openedAt: Timestamp, until: Timestamp, cause: HoldCause, state: State,
    expectedPicodollars: Int64
  ) {
    self.id = id
    self.call = call
    self.openedAt = openedAt
    self.until = until
    self.cause = cause
    self.state = state
    self.expectedPicodollars = expectedPicodollars
    agent = ""
    workflow = ""
    provider = ""
  }

  /// What a budget has left; nil where a guardrail holds the call.
  public var shortfall: BudgetShortfall? { if case .budget(let shortfall) = cause { shortfall } else { nil } }

  /// What the run has reached; nil where a budget holds the call.
  public var trip: GuardrailTrip? { if case .guardrail(let trip) = cause { trip } else { nil } }
}

/// Whom an approval lets pass.
public enum HoldExtent: String, Sendable, CaseIterable {
  case call, run
}

/// What a person decides.
public enum HoldDecision: Sendable, Equatable {
  /// - Parameters:
  ///   - amount: above the limit, in the budget's unit, no less than the call needs; nil allows just that. Nil for a guardrail.
  ///   - seconds: for how long; 1...``HoldLimits/approvalSecondsMax``.
  case approve(HoldExtent, amount: BudgetLimit?, seconds: Int64)
  case deny
}

/// Why a decision is not taken.
public enum HoldDecisionError: Error, Sendable, Equatable {
  case unknown
  /// It has ended.
  case ended(HoldRecord)
  /// Somebody else decides about it at this moment.
  case contended
  /// What was asked for does not fit the call; says what would.
  case unfit(String)
}

/// Limits of decisions.
public enum HoldLimits {
  /// How long an approval can be in force: 7 days.
  public static let approvalSecondsMax: Int64 = 7 * 86_400
  /// How long it is where nobody says.
  public static let approvalSeconds: Int64 = 3_600
  /// The longest reason that is kept, in bytes.
  public static let reasonBytesMax = 1_000
}
