public import Budgets
public import Metering

/// What the control plane asks of budgets, and has changed in them. Changes are made in the name of an actor, the last argument.
public struct ControlBudgets: Sendable {
  /// What is defined, by name.
  var definitions: @Sendable () -> [BudgetDefinition]
  /// All budgets in force, by name, or the one of this name alone.
  var states: @Sendable (_ name: String?) -> [BudgetStatus]
  var set: Change
  var remove: @Sendable (_ name: String, _ actor: String) async throws -> Void
  var raise: @Sendable (_ name: String, BudgetRaise, BudgetUnit, _ actor: String) async throws -> Void
  var explain: @Sendable (BudgetQuestion) throws -> CallExplanation
  var simulate: @Sendable ([BudgetDefinition], TimeRange) async throws -> BudgetSimulationAnswer

  /// Makes or changes the budget of a name. What it becomes is made of what it is when its turn has come, so that of two changes
  /// at once the later one begins with what the former one made; nil where there is none.
  ///
  /// - Returns: what it was; nil where it is new.
  public typealias Change =
    @Sendable (
      _ name: String, _ actor: String, _ make: @escaping @Sendable (BudgetDefinition?) throws -> BudgetDefinition
    ) async throws -> BudgetDefinition?

  /// - Parameters: what is asked; changes throw ``LedgerError``.
  public init(
    definitions: @escaping @Sendable () -> [BudgetDefinition],
    states: @escaping @Sendable (_ name: String?) -> [BudgetStatus],
    set: @escaping Change,
    remove: @escaping @Sendable (_ name: String, _ actor: String) async throws -> Void,
    raise: @escaping @Sendable (_ name: String, BudgetRaise, BudgetUnit, _ actor: String) async throws -> Void,
    explain: @escaping @Sendable (BudgetQuestion) throws -> CallExplanation,
    simulate: @escaping @Sendable ([BudgetDefinition], TimeRange) async throws -> BudgetSimulationAnswer
  ) {
    self.definitions = definitions
    self.states = states
    self.set = set
    self.remove = remove
    self.raise = raise
    self.explain = explain
    self.simulate = simulate
  }
}

/// A budget in force, and its state.
public struct BudgetStatus: Sendable {
  /// Windows of a budget that the API shows.
  public static let windowsMax = 1_000

  public var definition: BudgetDefinition
  /// Whether it is in the configuration, which alone changes it.
  public var isConfigured: Bool
  public var reading: BudgetReading
  /// Those in force.
  public var raises: [BudgetRaise]

  public init(definition: BudgetDefinition, isConfigured: Bool, reading: BudgetReading, raises: [BudgetRaise]) {
    self.definition = definition
    self.isConfigured = isConfigured
    self.reading = reading
    self.raises = raises
  }
}

/// A call that somebody thinks of.
public struct BudgetQuestion: Sendable, Equatable {
  public var model: String
  /// Nil where the first provider is meant that has a price for the model.
  public var provider: String?
  public var agent: String
  public var workflow: String
  public var run: String?
  public var key: String?
  public var team: String?
  /// Of the prompt; the call may have no more.
  public var inputTokens: Int64
  /// The limit of the reply that the call names; nil where it names none.
  public var maxTokens: Int64?
  /// A call that was made, whose prompt is meant.
  public var call: CallID?

  public init(model: String, agent: String, workflow: String, inputTokens: Int64) {
    self.model = model
    self.agent = agent
    self.workflow = workflow
    self.inputTokens = inputTokens
  }
}

/// How long the prompt of a call can be, and what that rests on.
public struct PromptExplanation: Sendable, Equatable {
  /// By the bytes of the request; nil where those bound nothing.
  public var tokensByBytes: Int64?
  /// By what the provider reported of the request or response before it, and the bytes of what is new; nil where that is not known.
  public var tokensByReport: Int64?
  /// Which of them was taken: `bytes`, `predecessor` or `response`; nil where there is none.
  public var taken: String?

  public init(tokensByBytes: Int64?, tokensByReport: Int64?, taken: String?) {
    self.tokensByBytes = tokensByBytes
    self.tokensByReport = tokensByReport
    self.taken = taken
  }
}

/// What budgets would decide of a call.
public struct CallExplanation: Sendable, Equatable {
  public var provider: String
  /// The model whose prices count; nil where there is none.
  public var pricedAs: String?
  /// What is expected of the call, and from what: calls before it, or the counts that were given.
  public var expected: CallAmounts
  public var isExpectedFromHistory: Bool
  /// The most that it can cost; nil where nothing bounds it.
  public var boundPicodollars: Int64?
  public var boundTokens: Int64?
  /// How long the prompt of the call can be that was asked about; nil where none was.
  public var prompt: PromptExplanation?
  public var budgets: [BudgetExplanation]

  public init(
    provider: String, pricedAs: String?, expected: CallAmounts, isExpectedFromHistory: Bool, boundPicodollars: Int64?,
    boundTokens: Int64?, prompt: PromptExplanation? = nil, budgets: [BudgetExplanation]
  ) {
    self.provider = provider
    self.pricedAs = pricedAs
    self.expected = expected
    self.isExpectedFromHistory = isExpectedFromHistory
    self.boundPicodollars = boundPicodollars
    self.boundTokens = boundTokens
    self.prompt = prompt
    self.budgets = budgets
  }
}

/// What budgets would have done to the calls of a time.
public struct BudgetSimulationAnswer: Sendable, Equatable {
  public var from: Timestamp
  public var to: Timestamp
  /// How many calls were replayed.
  public var calls: Int64
  /// Of budgets that would have stood in the way.
  public var rows: [SimulatedRefusals]

  public init(from: Timestamp, to: Timestamp, calls: Int64, rows: [SimulatedRefusals]) {
    self.from = from
    self.to = to
    self.calls = calls
    self.rows = rows
  }
}
