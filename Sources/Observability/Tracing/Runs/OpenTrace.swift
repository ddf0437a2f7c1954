internal import Metering

/// A run that goes on, as far as its trace is concerned.
struct OpenTrace: Sendable {
  /// How many agents of a run have a span of their own; the calls of others stand below the run's.
  static let agentsMax = 64

  fileprivate struct Agent: Sendable {
    var name: String
    /// The node that started it, as its first call says.
    var parent: String?
    var startedAt: Timestamp
    var endedAt: Timestamp
    var figures = RunFigures()
  }

  /// Where the outermost run stands: what names the trace, and what it began with.
  let origin: TraceOrigin
  private let run: String
  /// The run that started it.
  private let parentRun: String?
  private var startedAt: Timestamp
  /// Of the first call.
  private let agent: String
  private let workflow: String
  private let conversation: String?
  private var figures = RunFigures()
  /// By their nodes.
  private var agents: [String: Agent] = [:]
  private var pending = PendingTools()
  /// What tells which run was used last.
  var lastUse: UInt64 = 0

  /// - Parameter parent: where the run that started it stands; nil where none did, or nothing is known of it.
  init(_ call: TracedCall, run: String, place: RunPlace?, parent: TraceOrigin?) {
    parentRun = place?.parentRun.flatMap { $0 == run ? nil : $0 }
    origin = parent ?? TraceOrigin(root: parentRun ?? run, joined: call.place.caller)
    self.run = run
    startedAt = call.startedAt
    agent = call.agent
    workflow = call.workflow
    conversation = call.conversation
  }

  /// What it takes of the room that there is: itself, its agents, the tools that it waits for.
  var weight: Int { 1 &+ agents.count &+ pending.count }

  /// Takes a call that has ended.
  ///
  /// - Parameter call: gets its place.
  /// - Returns: the tools whose results its request brought.
  mutating func add(_ call: inout TracedCall, node: String?, parentNode: String?, turn: TracedTurn)
    -> [TracedToolExecution]
  {
    startedAt = min(startedAt, call.startedAt)
    figures.add(call, toolCalls: turn.asked.count)
    let isKnown = node.map { note($0, of: call, parent: parentNode, toolCalls: turn.asked.count) } ?? false
    call.place.run = place(of: isKnown ? node : nil)
    let executed = pending.take(turn.results, at: call.startedAt, node: node)
    pending.add(turn.asked, of: call, node: node)
    return executed
  }

  /// The place of what an agent does; the run's own for its first agent.
  func place(of node: String?) -> TracedRunPlace {
    TracedRunPlace(root: origin.root, agent: Self.name(of: node, in: run), joined: origin.joined, isTold: true)
  }

  /// False where there are too many.
  private mutating func note(_ node: String, of call: TracedCall, parent: String?, toolCalls: Int) -> Bool {
    if agents[node] == nil {
      guard agents.count < Self.agentsMax else { return false }
      agents[node] = Agent(name: call.agent, parent: parent, startedAt: call.startedAt, endedAt: call.endedAt)
    }
    agents[node]?.extend(from: call.startedAt, to: call.endedAt)
    agents[node]?.figures.add(call, toolCalls: toolCalls)
    return true
  }

  /// The run's span and those of its agents, once it has ended.
  ///
  /// - Parameter end: how it ended. Where it began before anything of it was seen here, its figures are left out.
  func ended(_ end: TracedRunEnd) -> [TracedRun] {
    let isWhole = startedAt <= end.startedAt
    var whole = TracedRun(
      place: place(of: nil), parent: parentRun, agent: end.agent ?? agent,
      workflow: end.workflow ?? workflow, run: run, startedAt: min(startedAt, end.startedAt), endedAt: end.endedAt,
      outcome: end.outcome)
    whole.error = end.error
    whole.conversation = conversation
    if isWhole { figures.describe(&whole) }
    return [whole]
      + agents.sorted { $0.key < $1.key }.map { node, agent in
        var span = TracedRun(
          place: place(of: node), parent: Self.name(of: parent(of: node), in: run), agent: agent.name,
          workflow: whole.workflow,
          run: run, startedAt: agent.startedAt, endedAt: agent.endedAt)
        span.agentID = node
        span.conversation = conversation
        if isWhole { agent.figures.describe(&span) }
        return span
      }
  }

  /// The agent that started one; nil for the run's first, for one without a span, and where an agent would stand below itself.
  private func parent(of node: String) -> String? {
    guard let parent = agents[node]?.parent, agents[parent] != nil else { return nil }
    var above: String? = parent
    for _ in 0...agents.count where above != nil {
      if above == node { return nil }
      above = above.flatMap { agents[$0]?.parent }
    }
    return parent
  }

  /// What an agent's span is named by: nodes of several runs of a trace may have the same name.
  private static func name(of node: String?, in run: String) -> String { node.map { "\(run)\u{1}\($0)" } ?? run }
}

extension OpenTrace.Agent {
  fileprivate mutating func extend(from start: Timestamp, to end: Timestamp) {
    startedAt = min(startedAt, start)
    endedAt = max(endedAt, end)
  }
}

/// What a trace begins with.
struct TraceOrigin: Sendable, Equatable {
  /// The outermost run.
  var root: String
  /// The `traceparent` of its first call.
  var joined: TraceContext?
}
