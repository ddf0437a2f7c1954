public import Metering

/// What guardrails say of a call before it is sent on.
public struct GuardrailAnswer: Sendable, Equatable {
  /// What tripped, the strictest action first.
  public var trips: [GuardrailTrip]

  public init(trips: [GuardrailTrip] = []) { self.trips = trips }

  /// What is to be done; nil where nothing tripped.
  public var action: GuardrailAction? { trips.first?.action }

  /// Whether the call may be sent on.
  public var passes: Bool { action.map { $0 < .hold } ?? true }

  /// What stands in the way; nil where the call passes.
  public var refusal: GuardrailTrip? { passes ? nil : trips.first }
}

/// A limit of a guardrail that a run has reached.
public struct GuardrailTrip: Sendable, Equatable {
  public var guardrail: String
  public var kind: GuardrailLimit.Kind
  public var action: GuardrailAction
  /// Nil of a call of tools that belongs to no run.
  public var run: String?
  /// The limit that holds for the run, what was granted included, in the unit of ``kind``.
  public var limit: Int64
  /// What the run has, or would have with the call.
  public var value: Int64
  /// The tool that it is about; nil where it is about none.
  public var tool: String?
  /// How many steps the cycle has; 0 where it is about none.
  public var period: Int
  /// Whether it is to be told: the first time, and after the cool-down again.
  public var isNews: Bool
  public var at: Timestamp

  public init(
    guardrail: String, kind: GuardrailLimit.Kind, action: GuardrailAction, run: String?, limit: Int64, value: Int64,
    tool: String? = nil, period: Int = 0, isNews: Bool = true, at: Timestamp
  ) {
    self.guardrail = guardrail
    self.kind = kind
    self.action = action
    self.run = run
    self.limit = limit
    self.value = value
    self.tool = tool
    self.period = period
    self.isNews = isNews
    self.at = at
  }
}

extension GuardrailTrip: CustomStringConvertible {
  /// What happened, with its figures: for refusals, alerts and logs.
  public var description: String {
    let limitText = GuardrailLimit(kind, limit).amountText
    let what =
      switch kind {
      case .llmCalls: "the run has made \(value) calls of models, of at most \(limitText)"
      case .toolCalls: "the run has asked for \(value) tools, of at most \(limitText)"
      case .fanout: "a reply asked for \(value) tools at a time, of at most \(limitText)"
      case .depth: "\(value) agents stand above the one that calls, of at most \(limitText)"
      case .wallTime: "the run has lasted \(GuardrailLimit.timeText(value)), of at most \(limitText)"
      case .cost: "the run has cost \(GuardrailLimit(.cost, value).amountText), of at most \(limitText)"
      case .concurrency: "\(value) calls of the run are in flight, of at most \(limitText)"
      case .repeatedCall:
        "the tool \(tool ?? "?") was asked for \(value) times with the same arguments and no new result, of fewer than \(limitText)"
      case .cycle: "the same \(period) steps came around \(value) times, of fewer than \(limitText)"
      case .tools: "the tool \(tool ?? "?") may not be called"
      }
    let place = run.map { ", run \($0)" } ?? ""
    return "guardrail \(guardrail) (\(kind.rawValue))\(place): \(what)"
  }
}
