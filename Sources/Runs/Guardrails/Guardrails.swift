internal import Budgets
internal import Metering

/// The guardrails that are in force. A value: what each run has tripped is kept with the run.
public struct Guardrails: Sendable, Equatable {
  /// How many there may be.
  public static let definitionsMax = 200

  public let definitions: [GuardrailDefinition]

  /// - Throws: what is wrong with the first definition that is.
  public init(_ definitions: [GuardrailDefinition]) throws(GuardrailDefinitionError) {
    guard definitions.count <= Self.definitionsMax else { throw .tooMany }
    var names: Set<String> = []
    for definition in definitions {
      try definition.validate()
      guard names.insert(definition.name).inserted else { throw .twoOfName(definition.name) }
    }
    self.definitions = definitions
  }

  /// None.
  public init() { definitions = [] }

  /// What an agent has that asks for the same again and is not caught in a loop: the longest that the guardrails name which match the
  /// first call of its run.
  func patience(of call: BudgetCall) -> LoopPatience {
    let named = definitions.compactMap { $0.patience != nil && $0.match.matches(call) ? $0.patience : nil }
    return named.max { $0.microseconds < $1.microseconds } ?? .standard
  }

  /// Decides a call before it is sent on, and counts what tripped.
  ///
  /// - Parameter excused: the limits that a person let the call pass.
  func decide(
    _ request: RunRequest, _ call: BudgetCall, of run: String, _ tally: RunTally?, _ state: inout GuardrailState,
    excusing excused: [GuardrailTrip] = [], at now: Timestamp
  ) -> GuardrailAnswer {
    var trips: [GuardrailTrip] = []
    for definition in definitions where definition.match.matches(call) {
      let excused = excused.filter { $0.guardrail == definition.name }.map(\.kind)
      for limit in definition.limits where request.isModelCall || !limit.kind.isOfModelCalls {
        if excused.contains(limit.kind) { continue }
        let figures = Figures(limit.kind, depth: request.depth, tally, at: now)
        trip(definition, limit, figures, run, &state, at: now, into: &trips)
      }
      guard definition.namesTools, !excused.contains(.tools) else { continue }
      checkTools(definition, request, of: run, &state, at: now, into: &trips)
    }
    if trips.count > 1 { trips.sort { $0.action > $1.action } }
    return GuardrailAnswer(trips: trips)
  }

  /// Decides a call of tools that belongs to no run: only which tools may be called stands in its way.
  ///
  /// - Parameter state: what all such calls have tripped.
  func decideAlone(
    _ request: RunRequest, _ call: BudgetCall, _ state: inout GuardrailState, at now: Timestamp
  ) -> GuardrailAnswer {
    var trips: [GuardrailTrip] = []
    for definition in definitions where definition.namesTools && definition.match.matches(call) {
      checkTools(definition, request, of: nil, &state, at: now, into: &trips)
    }
    if trips.count > 1 { trips.sort { $0.action > $1.action } }
    return GuardrailAnswer(trips: trips)
  }

  private func checkTools(
    _ definition: GuardrailDefinition, _ request: RunRequest, of run: String?, _ state: inout GuardrailState,
    at now: Timestamp, into trips: inout [GuardrailTrip]
  ) {
    let figures = forbidden(definition, request, state)
    trip(definition, GuardrailLimit(.tools, 1), figures, run, &state, at: now, into: &trips)
  }

  /// Notes the tools of a reply that may not be called.
  func note(_ reply: RunReply, _ call: BudgetCall, _ state: inout GuardrailState) {
    guard !reply.toolCalls.isEmpty else { return }
    for definition in definitions where definition.namesTools && definition.match.matches(call) {
      for tool in reply.toolCalls where !definition.allows(tool: tool.tool) {
        state[definition.name, .tools].forbiddenTools &+= 1
        state[definition.name, .tools].forbiddenTool = ToolTable.bounded(tool.tool)
      }
    }
  }

  /// What a limit is compared with.
  struct Figures {
    var value: Int64 = 0
    var tool: String?
    var period = 0
  }

  /// Tools that may not be called: those that replies have asked for, and those that the request itself calls.
  private func forbidden(
    _ definition: GuardrailDefinition, _ request: RunRequest, _ state: GuardrailState
  ) -> Figures {
    let entry = state[definition.name, .tools]
    let called = request.toolNames.filter { !definition.allows(tool: $0) }
    guard let last = called.last else {
      return Figures(value: entry.forbiddenTools, tool: entry.forbiddenTools > 0 ? entry.forbiddenTool : nil)
    }
    return Figures(value: entry.forbiddenTools &+ Int64(called.count), tool: ToolTable.bounded(last))
  }

  private func trip(
    _ definition: GuardrailDefinition, _ limit: GuardrailLimit, _ figures: Figures, _ run: String?,
    _ state: inout GuardrailState, at now: Timestamp, into trips: inout [GuardrailTrip]
  ) {
    var entry = state[definition.name, limit.kind]
    let amount = limit.amount.saturatingAdd(entry.granted)
    let isTooMuch = limit.kind.allowsAmount ? figures.value > amount : figures.value >= amount
    guard isTooMuch, now.unixMicroseconds >= entry.releasedUntil else { return }
    let coolDown = definition.coolDownSeconds.saturatingMultiply(1_000_000)
    let isNews = entry.lastToldAt.map { now.unixMicroseconds.excess(over: $0) >= coolDown } ?? true
    if isNews { entry.lastToldAt = now.unixMicroseconds }
    entry.trips &+= 1
    state[definition.name, limit.kind] = entry
    trips.append(
      GuardrailTrip(
        guardrail: definition.name, kind: limit.kind, action: definition.action, run: run, limit: amount,
        value: figures.value, tool: figures.tool, period: figures.period, isNews: isNews, at: now))
  }
}

extension Guardrails.Figures {
  /// What the run has of something. Of a run that begins with this call, nothing.
  ///
  /// - Parameter depth: how many agents stand above the one that calls.
  init(_ kind: GuardrailLimit.Kind, depth: Int, _ tally: RunTally?, at now: Timestamp) {
    switch kind {
    case .llmCalls: value = tally?.totals.llmCalls ?? 0
    case .toolCalls: value = tally?.totals.toolCalls ?? 0
    case .fanout: value = Int64(tally?.totals.width ?? 0)
    case .depth: value = Int64(depth)
    case .wallTime: value = tally.map { now.unixMicroseconds.excess(over: $0.clock.startedAt.unixMicroseconds) } ?? 0
    case .cost: value = Int64(clamping: tally?.totals.costPicodollars ?? 0)
    case .concurrency: value = Int64(tally?.callsInFlight ?? 0)
    case .repeatedCall: if let streak = tally?.longestStreak { (value, tool) = (streak.count, streak.tool) }
    case .cycle: if let cycle = tally?.longestCycle { (value, period) = (cycle.rounds, cycle.period) }
    case .tools: break
    }
  }
}
