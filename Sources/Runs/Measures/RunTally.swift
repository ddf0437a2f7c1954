public import Dialects
public import Metering

/// Everything that is counted of one run, and what its guardrails are decided by. No I/O, no clock; bounded whatever the run does.
///
/// Tools are counted from replies alone, results from the new tails of requests alone, each once: a result whose call has been answered,
/// or that stands in a conversation that was sent before, is history.
///
/// **Time.** The time from the first call to the last thing that happened is split as it passes: while a call of a model is in flight it
/// is model time, else while a tool is being called it is tool time, else idle time. The three add up to the whole.
///
/// **Critical path.** The longest chain of work that had to be done one after the other, in microseconds: a call of a model follows the
/// tools that it answers, or where it answers none, the last reply of its agent, or the one of the agent that started it; a tool
/// follows the reply that asked for it. Idle time is not part of it. `work / path` says how parallel the run was.
public struct RunTally: Sendable, Equatable {
  /// How many agents of a run are told apart; the others are counted in its totals only.
  public static let nodesMax = 64
  /// How many calls in flight are known by their id.
  static let inFlightMax = 1_024
  /// How many conversations are remembered, to tell those that are sent again.
  static let conversationsMax = 64

  public private(set) var totals = RunMeasures()
  /// The deepest agent: 0 where there are no sub-agents.
  public private(set) var depth = 0
  public private(set) var criticalPathMicroseconds: Int64 = 0
  public private(set) var nodes: [Fingerprint: RunNode] = [:]
  public private(set) var clock: RunClockReading

  private struct InFlight: Sendable, Equatable {
    var node: Fingerprint
    var startedAt: Int64
    var sequence: Int64
    var modelWork: Int64
    var path: Int64
  }

  private let patience: LoopPatience
  private var time: RunClock
  private var tools = ToolTable()
  private var pending = PendingTools()
  private var repeats = RepeatTable()
  private var inFlight: [CallID: InFlight] = [:]
  private var conversations: [Fingerprint] = []
  private var nextConversation = 0
  private var sequence: Int64 = 0

  public init(startsAt time: Timestamp, patience: LoopPatience = .standard) {
    self.patience = patience
    self.time = RunClock(startsAt: time.unixMicroseconds)
    clock = RunClockReading(self.time)
  }

  /// Calls of models in flight.
  public var callsInFlight: Int { time.models }

  /// Tools that were asked for and are not answered.
  public var unansweredTools: Int { pending.count }

  /// Every tool by its name; `other` has those beyond the limit.
  public var toolsByName: [(name: String, measures: ToolMeasures)] {
    zip(tools.names, tools.measures).map { ($0, $1) }
  }

  /// Tools that failed so many times in a row at least, by name.
  public func failingTools(_ errorsInRow: Int64) -> [(name: String, errors: Int64)] {
    toolsByName.filter { $0.measures.errorsInRow >= errorsInRow }.map { ($0.name, $0.measures.errorsInRow) }
  }

  // MARK: Requests

  /// Counts a call that is sent on, with the results that it brings.
  ///
  /// - Returns: the tools that are answered, each once.
  @discardableResult
  public mutating func begin(_ request: RunRequest, at now: Timestamp) -> [AnsweredTool] {
    guard inFlight[request.call] == nil else { return [] }
    advance(to: now)
    sequence &+= 1
    var node = nodes[request.node] ?? RunNode(parent: request.parent, depth: request.depth)
    let isKnown = nodes[request.node] != nil
    node.parent = node.parent ?? request.parent
    node.depth = max(node.depth, request.depth)
    depth = max(depth, request.depth)
    var path = isKnown ? node.path : request.parent.flatMap { nodes[$0]?.path } ?? 0
    var answers: [AnsweredTool] = []
    path = takeResults(of: request, &node, into: &answers) ?? path
    count(&node) { $0.llmCalls &+= 1 }
    if request.retry > 0 { count(&node) { $0.retries &+= 1 } }
    if inFlight.count < Self.inFlightMax {
      inFlight[request.call] = InFlight(
        node: request.node, startedAt: time.lastAt, sequence: sequence,
        modelWork: node.measures.modelWorkMicroseconds, path: path)
      time.addModel(1)
    }
    if isKnown || nodes.count < Self.nodesMax { nodes[request.node] = node }
    settleTools()
    return answers
  }

  /// Takes back a call that was counted and then not sent on.
  public mutating func cancel(_ call: CallID, at now: Timestamp) {
    advance(to: now)
    guard let flight = inFlight.removeValue(forKey: call) else { return }
    time.addModel(-1)
    totals.llmCalls &-= 1
    nodes[flight.node]?.measures.llmCalls &-= 1
    clock = RunClockReading(time)
  }

  /// Whether the conversation has not been sent before.
  private mutating func isNew(_ request: RunRequest) -> Bool {
    guard let conversation = request.conversation else { return true }
    if conversations.contains(conversation) { return false }
    if conversations.count < Self.conversationsMax {
      conversations.append(conversation)
    } else {
      conversations[nextConversation] = conversation
      nextConversation = (nextConversation + 1) % Self.conversationsMax
    }
    return true
  }

  /// Counts the results that a request brings.
  ///
  /// - Returns: the longest chain of work that ends with one of them; nil where none of their calls is known.
  private mutating func takeResults(
    of request: RunRequest, _ node: inout RunNode, into answers: inout [AnsweredTool]
  ) -> Int64? {
    var path: Int64?
    var answered: Set<Int64> = []
    let isNew = self.isNew(request)
    for (place, result) in request.results.enumerated() {
      // Nothing but the conversation tells a result without an id from the same one sent again.
      if result.call == nil, !isNew { continue }
      let answer = pending.take(result, of: request.node)
      if case .again = answer { continue }
      let failed = result.failure != nil
      count(&node) { $0.toolResults &+= 1 }
      if failed { count(&node) { $0.toolErrors &+= 1 } }
      guard case .call(let tool) = answer else { continue }
      let durations = request.resultDurationsMicroseconds
      let took = durations.indices.contains(place) ? max(0, durations[place]) : time.lastAt.excess(over: tool.askedAt)
      tools.update(at: tool.tool) { $0.addResult(failed: failed, took: took) }
      count(&node) { $0.toolWorkMicroseconds = $0.toolWorkMicroseconds.saturatingAdd(took) }
      if let key = tool.repeatKey { repeats.answer(key, took: took, result: result.content) }
      path = max(path ?? 0, tool.path.saturatingAdd(took))
      answered.insert(tool.sequence)
      answers.append(
        AnsweredTool(
          call: tool.call, position: tool.position, answeredAt: Timestamp(unixMicroseconds: time.lastAt),
          isError: failed))
    }
    // Results that are counted but not told one by one.
    let others = Int64(max(0, request.resultCount &- request.results.count))
    if others > 0, isNew { count(&node) { $0.toolResults = $0.toolResults.saturatingAdd(others) } }
    for sequence in answered { pending.dropUnanswered(of: sequence) }
    node.awaitsTools = false
    return path
  }

  // MARK: Replies

  /// Counts the reply of a call; one that is not in flight changes nothing.
  public mutating func end(_ reply: RunReply, of call: CallID, at now: Timestamp) {
    advance(to: now)
    guard let flight = inFlight.removeValue(forKey: call) else { return }
    sequence &+= 1
    time.addModel(-1)
    var node = nodes[flight.node] ?? RunNode(parent: nil, depth: 0)
    let took = time.lastAt.excess(over: flight.startedAt)
    let path = flight.path.saturatingAdd(took)
    criticalPathMicroseconds = max(criticalPathMicroseconds, path)
    count(&node) {
      $0.add(reply)
      $0.modelWorkMicroseconds = $0.modelWorkMicroseconds.saturatingAdd(took)
    }
    node.path = path
    node.ending = reply.ending
    node.awaitsTools = reply.width > 0
    takeCalls(of: reply, call, flight, &node, path: path)
    if nodes[flight.node] != nil { nodes[flight.node] = node }
    settleTools()
  }

  private mutating func takeCalls(
    of reply: RunReply, _ id: CallID, _ flight: InFlight, _ node: inout RunNode, path: Int64
  ) {
    node.loop = LoopState()
    guard reply.width > 0 else { return }
    let begin = RepeatTable.Moment(
      sequence: flight.sequence, startedAt: flight.startedAt, modelWork: flight.modelWork)
    let now = RepeatTable.Moment(
      sequence: sequence, startedAt: time.lastAt, modelWork: node.measures.modelWorkMicroseconds)
    var step: UInt64? = 0
    var isExcused = false
    for (position, call) in reply.toolCalls.enumerated() {
      let tool = tools.place(of: call.tool)
      tools.update(at: tool) { $0.calls &+= 1 }
      let key = RepeatTable.key(call, node: flight.node)
      pending.add(
        PendingTool(
          call: id, position: position, id: call.id, name: call.name, node: flight.node, sequence: sequence, tool: tool,
          askedAt: time.lastAt,
          path: path, repeatKey: key))
      guard let key else {
        step = nil
        continue
      }
      step = step.map { $0 &+ key }
      switch repeats.add(key, begin: begin, now: now, patience: patience) {
      case .fresh: break
      case .excused:
        isExcused = true
        count(&node) { $0.repeats &+= 1 }
      case .again(let streak):
        count(&node) { $0.repeats &+= 1 }
        if streak > node.loop.streak {
          node.loop.streak = streak
          node.loop.tool = tool
        }
      }
    }
    if isExcused { node.cycles.reset() }
    // Calls whose arguments are not known come around with nothing.
    guard let step else { return node.cycles.reset() }
    node.cycles.add(step)
    if let cycle = node.cycles.cycle { (node.loop.rounds, node.loop.period) = (cycle.rounds, cycle.period) }
  }

  // MARK: Loops

  /// The longest streak of equal calls that the last reply of an agent goes on with.
  var longestStreak: (count: Int64, tool: String)? {
    guard let worst = nodes.values.max(by: { $0.loop.streak < $1.loop.streak })?.loop, worst.streak > 0 else {
      return nil
    }
    return (worst.streak, tools.names[worst.tool])
  }

  /// The cycle that has come around most often, of those that the last reply of an agent goes on with.
  var longestCycle: (rounds: Int64, period: Int)? {
    guard let worst = nodes.values.max(by: { $0.loop.rounds < $1.loop.rounds })?.loop, worst.rounds > 0 else {
      return nil
    }
    return (worst.rounds, worst.period)
  }

  // MARK: Time

  private mutating func advance(to now: Timestamp) {
    time.advance(to: now.unixMicroseconds)
    clock = RunClockReading(time)
  }

  private mutating func settleTools() { time.setTools(pending.count) }

  private mutating func count(_ node: inout RunNode, _ change: (inout RunMeasures) -> Void) {
    change(&totals)
    change(&node.measures)
  }
}

/// How the time of a run was spent, in microseconds. The three parts add up to the whole.
public struct RunClockReading: Sendable, Equatable {
  public var startedAt: Timestamp
  /// When the last thing happened.
  public var lastAt: Timestamp
  public var modelMicroseconds: Int64
  public var toolMicroseconds: Int64
  public var idleMicroseconds: Int64

  /// From the first call to the last thing that happened.
  public var wallMicroseconds: Int64 { lastAt.unixMicroseconds.excess(over: startedAt.unixMicroseconds) }

  init(_ clock: RunClock) {
    startedAt = Timestamp(unixMicroseconds: clock.startedAt)
    lastAt = Timestamp(unixMicroseconds: clock.lastAt)
    modelMicroseconds = clock.modelMicroseconds
    toolMicroseconds = clock.toolMicroseconds
    idleMicroseconds = clock.idleMicroseconds
  }
}
