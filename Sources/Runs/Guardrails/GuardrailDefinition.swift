public import Budgets

/// Limits on what a run may do, as the operator wrote them.
public struct GuardrailDefinition: Sendable, Hashable {
  /// Unique among guardrails; 1 to 128 of the characters that names of workflows may have.
  public var name: String
  /// Which calls it is about, by agent, workflow, key, team, provider and model.
  public var match: BudgetMatch
  /// At least one; each kind once.
  public var limits: [GuardrailLimit]
  /// Tools that may be called; empty where all may.
  public var toolsAllowed: [BudgetPattern]
  /// Tools that may not be called. They go before ``toolsAllowed``.
  public var toolsDenied: [BudgetPattern]
  public var action: GuardrailAction
  /// How long a trip of a run stays untold after it was told.
  public var coolDownSeconds: Int64
  /// How long an agent waits at least between two equal calls that is patient rather than caught in a loop; nil where that is
  /// ``LoopPatience/standard``. A run has one patience: the longest of the guardrails that match its first call.
  public var patience: LoopPatience?

  /// How long that is where nothing is said: ten minutes.
  public static let coolDownSecondsStandard: Int64 = 600
  /// How many patterns of tools a guardrail may have.
  public static let patternsMax = 256

  public init(
    name: String, match: BudgetMatch = BudgetMatch(), limits: [GuardrailLimit] = [], action: GuardrailAction = .observe
  ) {
    self.name = name
    self.match = match
    self.limits = limits
    self.action = action
    toolsAllowed = []
    toolsDenied = []
    coolDownSeconds = Self.coolDownSecondsStandard
  }

  /// Whether a tool of this name may be called.
  public func allows(tool: String) -> Bool {
    if toolsDenied.contains(where: { $0.matches(tool) }) { return false }
    return toolsAllowed.isEmpty || toolsAllowed.contains { $0.matches(tool) }
  }

  /// Whether it is about tools by their names.
  var namesTools: Bool { !toolsAllowed.isEmpty || !toolsDenied.isEmpty }
}

/// What happens to the next call of a run that has tripped. From the mildest to the strictest.
public enum GuardrailAction: String, Sendable, CaseIterable, Comparable {
  /// It passes, and the trip is counted.
  case observe
  /// It passes, with a header, and an alert is sent.
  case warn
  /// It is told to come again, and a person is asked to release the run.
  case hold
  /// It is refused, until the run is released.
  case deny

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  public static func < (lhs: GuardrailAction, rhs: GuardrailAction) -> Bool { lhs.rank < rhs.rank }
}
