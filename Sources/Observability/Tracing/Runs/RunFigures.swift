internal import Metering

/// What the calls of a run, or of one of its agents, come to so far.
struct RunFigures: Sendable, Equatable {
  private(set) var llmCalls: Int64 = 0
  private(set) var toolCalls: Int64 = 0
  private(set) var tokens: TracedTokens?
  /// Nil once the cost of a call is not known.
  private(set) var costPicodollars: Int128? = 0
  private var provider = Sole<Server>()
  private var model = Sole<String>()

  private struct Server: Sendable, Equatable {
    var provider: String
    var host: String
  }

  /// Adds a call; one that was refused has cost nothing, and is none.
  mutating func add(_ call: TracedCall, toolCalls asked: Int) {
    guard call.outcome != .denied else { return }
    llmCalls &+= 1
    toolCalls &+= Int64(asked)
    if let used = call.tokens { tokens = (tokens ?? .none) + used }
    costPicodollars = costPicodollars.flatMap { sum in call.costPicodollars.map { sum &+ Int128($0) } }
    provider.add(Server(provider: call.provider, host: call.serverAddress))
    if let name = call.model ?? call.modelRequested { model.add(name) }
  }

  /// Tells them of a run's span.
  func describe(_ run: inout TracedRun) {
    run.llmCalls = llmCalls
    run.toolCalls = toolCalls
    run.tokens = tokens
    run.costPicodollars = costPicodollars
    run.provider = provider.value?.provider
    run.host = provider.value?.host
    run.model = model.value
  }
}

/// A value as long as it is the only one.
private struct Sole<Value: Equatable & Sendable>: Equatable, Sendable {
  private(set) var value: Value?
  private var isSeveral = false

  mutating func add(_ other: Value) {
    guard !isSeveral, let value, value != other else {
      if !isSeveral { value = other }
      return
    }
    isSeveral = true
    self.value = nil
  }
}

extension TracedTokens {
  fileprivate static var none: TracedTokens {
    TracedTokens(input: 0, cacheRead: 0, cacheCreation: 0, output: 0, reasoning: 0)
  }

  fileprivate static func + (left: TracedTokens, right: TracedTokens) -> TracedTokens {
    func sum(_ path: KeyPath<TracedTokens, Int64>) -> Int64 {
      let (sum, overflow) = left[keyPath: path].addingReportingOverflow(right[keyPath: path])
      return overflow ? .max : sum
    }
    return TracedTokens(
      input: sum(\.input), cacheRead: sum(\.cacheRead), cacheCreation: sum(\.cacheCreation), output: sum(\.output),
      reasoning: sum(\.reasoning))
  }
}
