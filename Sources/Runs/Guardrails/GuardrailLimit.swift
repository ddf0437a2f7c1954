/// The most that a run may have of something.
public struct GuardrailLimit: Sendable, Hashable {
  /// What is limited. The raw values are the names in configuration and in labels.
  public enum Kind: String, Sendable, CaseIterable {
    /// Calls of models. So many pass, the next one does not.
    case llmCalls = "max_llm_calls"
    /// Tools that replies asked for. Once there were more, the next call of the run does not pass.
    case toolCalls = "max_tool_calls"
    /// Tools that one reply asked for. Once one asked for more, the next call of the run does not pass.
    case fanout = "max_fanout"
    /// Agents above an agent: 0 for a run without sub-agents. A call of a deeper one does not pass.
    case depth = "max_depth"
    /// Microseconds since the run's first call. A call that begins later does not pass.
    case wallTime = "max_wall_time"
    /// Pico-dollars. Once they are spent, no call passes; calls in flight may spend more.
    case cost = "max_cost"
    /// Calls of models in flight at a time. One more does not pass.
    case concurrency = "max_concurrency"
    /// The same tool with the same arguments, asked for so many times while it brought nothing new, whatever else was called between. Then
    /// the next call of the run does not pass: it would bring the result of the last one.
    case repeatedCall = "repeated_call"
    /// The same steps, two to eight of them, so many times in a row. Then the next call does not pass.
    case cycle
    /// Tools by their names. Once a reply asked for one that may not be called, the next call of the run does not pass.
    case tools
  }

  public var kind: Kind
  /// In the unit of ``kind``.
  public var amount: Int64

  public init(_ kind: Kind, _ amount: Int64) {
    self.kind = kind
    self.amount = amount
  }
}

extension GuardrailLimit.Kind {
  /// The least amount that makes sense: a loop is one from its second round on.
  public var amountMin: Int64 {
    switch self {
    case .repeatedCall, .cycle: 2
    case .depth, .tools: 0
    case .llmCalls, .toolCalls, .fanout, .wallTime, .cost, .concurrency: 1
    }
  }

  /// Whether a value is too much only when it is more than the amount, rather than when it has reached it.
  var allowsAmount: Bool {
    switch self {
    case .toolCalls, .fanout, .depth, .wallTime: true
    case .llmCalls, .cost, .concurrency, .repeatedCall, .cycle, .tools: false
    }
  }

  /// Whether it limits calls of models alone, so that those of servers of tools pass.
  var isOfModelCalls: Bool { self == .llmCalls || self == .concurrency }

  /// Whether a value that has tripped may become one that does not, with nobody doing anything: then a retry may help.
  public var passesByItself: Bool { self == .concurrency }
}
