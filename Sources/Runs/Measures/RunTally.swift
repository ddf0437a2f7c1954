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
///
/// **Loops** are looked for in each conversation apart (``LoopThreads``), so that sub-agents that begin alike are none.
public struct RunTally: Sendable, Equatable {
  /// How many agents of a run are told apart; the others are counted in its totals only.
  public static let nodesMax = 64
  /// How many calls in flight are known by their id.
  static let inFlightMax = 1_024

  public internal(set) var totals = RunMeasures()
  /// The deepest agent: 0 where there are no sub-agents.
  public internal(set) var depth = 0
  public internal(set) var criticalPathMicroseconds: Int64 = 0
  public internal(set) var nodes: [Fingerprint: RunNode] = [:]

  struct InFlight: Sendable, Equatable {
    /// Whether it is one of a model, rather than of a server of tools.
    var isModelCall: Bool
    var node: Fingerprint
    var thread: UInt64
    var conversation: Fingerprint?
    var startedAt: Int64
    var sequence: Int64
    /// The longest chain of work that the call follows.
    var chain: WorkChain
    var forcesToolCall = false
  }

  let patience: LoopPatience
  var time: RunClock
  private(set) var tools = ToolTable()
  private(set) var pending = PendingTools()
  private(set) var repeats = RepeatTable()
  var threads = LoopThreads()
  /// What calls brought that were taken back.
  var returned = ReturnedAnswers()
  private(set) var inFlight: [CallID: InFlight] = [:]
  /// Calls in flight beyond ``inFlightMax``.
  private(set) var othersInFlight = 0
  /// Calls of servers of tools in flight.
  private(set) var serversInFlight = 0
  var sequence: Int64 = 0

  public init(startsAt time: Timestamp, patience: LoopPatience = .standard) {
    self.patience = patience
    self.time = RunClock(startsAt: time.unixMicroseconds)
  }

  /// A run that began before this process did. Its tools, and what it did when no model worked, are not known apart any more.
  init(_ kept: KeptRun, patience: LoopPatience) {
    self.init(startsAt: kept.startedAt, patience: patience)
    totals = kept.totals
    depth = kept.depth
    time = RunClock(
      startsAt: kept.startedAt.unixMicroseconds, lastAt: kept.lastAt.unixMicroseconds,
      modelMicroseconds: kept.totals.modelWorkMicroseconds)
    for tool in kept.tools {
      let place = tools.place(of: tool.name)
      tools.update(at: place) { $0.add(tool.measures) }
    }
  }

  /// How the time was spent, up to the last thing that happened.
  public var clock: RunClockReading { RunClockReading(time) }

  /// Calls of models in flight.
  public var callsInFlight: Int { time.models }

  /// About how much memory it takes.
  var bytes: Int {
    let nodeBytes = MemoryLayout<RunNode>.stride &+ MemoryLayout<Fingerprint>.stride &+ 8
    let flightBytes = MemoryLayout<InFlight>.stride &+ MemoryLayout<CallID>.stride &+ 8
    return MemoryLayout<RunTally>.stride &+ nodes.capacity &* nodeBytes &+ inFlight.capacity &* flightBytes
      &+ tools.bytes &+ pending.bytes &+ repeats.bytes &+ threads.bytes &+ returned.bytes
  }

  /// Tools that were asked for and are not answered.
  public var unansweredTools: Int { pending.count }

  /// Those of them that the last reply to the run's first agent asked for; without those that are taken for what was wanted of the model:
  /// it had to ask for a tool, and this one was never answered in the run. Frameworks declare a tool for the form of the final answer, and
  /// end with its call.
  var awaitedTools: Int {
    guard pending.count > 0, let top = nodes.values.map(\.depth).min() else { return 0 }
    return pending.list.count { tool in
      guard let node = nodes[tool.node], node.depth == top, node.lastReply == tool.call else { return false }
      return !tool.isForced || tools.measures.indices.contains(tool.tool) && tools.measures[tool.tool].results > 0
    }
  }

  /// Every tool by its name; `other` has those beyond the limit.
  public var toolsByName: [(name: String, measures: ToolMeasures)] {
    zip(tools.names, tools.measures).map { ($0, $1) }
  }

  /// Tools that failed so many times in a row at least, by name.
  func failingTools(_ errorsInRow: Int64) -> [(name: String, errors: Int64)] {
    guard tools.measures.contains(where: { $0.errorsInRow >= errorsInRow }) else { return [] }
    return toolsByName.filter { $0.measures.errorsInRow >= errorsInRow }.map { ($0.name, $0.measures.errorsInRow) }
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
    guard request.isModelCall else { return beginAtServer(request, node, isKnown: isKnown) }
    let conversation = request.conversation
    let isTwin = conversation != nil && inFlight.values.contains { $0.conversation == conversation }
    var place = threads.place(of: request, at: sequence, isTwin: isTwin)
    let taken = takeResults(of: request, isNew: place.isNew, &node)
    if let tool = taken.longest, place.isNew { place.thread = tool.thread }
    forget(request, in: place.thread, answered: taken.answers)
    threads.remember(request, at: place)
    count(&node) { $0.llmCalls &+= 1 }
    if request.retry > 0 { count(&node) { $0.retries &+= 1 } }
    time.addModel(1)
    if inFlight.count < Self.inFlightMax {
      let start = isKnown ? node.chain : request.parent.flatMap { nodes[$0]?.chain } ?? WorkChain()
      inFlight[request.call] = InFlight(
        isModelCall: true, node: request.node, thread: place.thread, conversation: request.conversation,
        startedAt: time.lastAt,
        sequence: place.sequence, chain: taken.longest?.chain ?? start, forcesToolCall: request.forcesToolCall)
    } else {
      othersInFlight &+= 1
    }
    if isKnown || nodes.count < Self.nodesMax { nodes[request.node] = node }
    settleTools()
    return taken.answers
  }

  /// Counts a call of a server of tools: what it brings is counted once it has answered.
  private mutating func beginAtServer(_ request: RunRequest, _ node: RunNode, isKnown: Bool) -> [AnsweredTool] {
    guard inFlight.count < Self.inFlightMax else { return [] }
    inFlight[request.call] = InFlight(
      isModelCall: false, node: request.node, thread: 0, startedAt: time.lastAt, sequence: sequence, chain: node.chain)
    serversInFlight &+= 1
    if isKnown || nodes.count < Self.nodesMax { nodes[request.node] = node }
    settleTools()
    return []
  }

  /// Takes back a call that was counted and then not sent on. The results that it brought stay counted: the client sends them again, and
  /// ``returned`` then has what was told of them.
  ///
  /// - Returns: whether there is such a call.
  @discardableResult
  mutating func cancel(_ call: CallID, _ admission: RunAdmission, at now: Timestamp) -> Bool {
    advance(to: now)
    let flight = takeFlight(call)
    if let conversation = flight?.conversation { returned.add(admission, of: conversation) }
    guard flight?.isModelCall ?? true else {
      serversInFlight &-= 1
      settleTools()
      return true
    }
    guard flight != nil || takeOther() else { return false }
    time.addModel(-1)
    totals.llmCalls &-= 1
    if let node = flight?.node { nodes[node]?.measures.llmCalls &-= 1 }
    return true
  }

  private mutating func takeFlight(_ call: CallID) -> InFlight? {
    let flight = inFlight.removeValue(forKey: call)
    // Most runs that are open have no call in flight: what they are kept in is small.
    if inFlight.isEmpty { inFlight = [:] }
    return flight
  }

  /// Takes the end of a call that is not known by its id; false where there is none.
  private mutating func takeOther() -> Bool {
    guard othersInFlight > 0 else { return false }
    othersInFlight &-= 1
    return true
  }

  /// Counts the results that a request brings.
  ///
  /// - Returns: the tools that are answered; and of those, the one that the longest chain of work ends with, that chain included.
  private mutating func takeResults(
    of request: RunRequest, isNew: Bool, _ node: inout RunNode
  ) -> (answers: [AnsweredTool], longest: PendingTool?) {
    var taken: [(tool: PendingTool, result: ToolResultFacts)] = []
    for result in request.results {
      // Nothing but the conversation tells a result without an id from the same one sent again.
      if result.call == nil, !isNew { continue }
      let answer = pending.take(result, of: request.node, at: sequence)
      if case .again = answer { continue }
      if case .unknown = answer, !isNew { continue }
      count(&node) {
        $0.toolResults &+= 1
        if result.failure != nil { $0.toolErrors &+= 1 }
      }
      if case .call(let tool) = answer { taken.append((tool, result)) }
    }
    var answers: [AnsweredTool] = []
    var longest: PendingTool?
    let measured = request.toolDurations.assigned(to: taken.map { ($0.tool.name, $0.result.failure != nil) })
    for (place, (tool, result)) in taken.enumerated() {
      let took = measured[place] ?? time.lastAt.excess(over: tool.askedAt)
      let failed = result.failure != nil
      tools.update(at: tool.tool) { $0.addResult(failed: failed, took: took) }
      count(&node) { $0.toolWorkMicroseconds = $0.toolWorkMicroseconds.saturatingAdd(took) }
      if let key = tool.repeatKey { repeats.answer(key, result) }
      var ended = tool
      ended.chain = tool.chain.adding(tool: took)
      if longest.map({ $0.chain.microseconds < ended.chain.microseconds }) ?? true { longest = ended }
      answers.append(
        AnsweredTool(
          call: tool.call, position: tool.position, answeredAt: Timestamp(unixMicroseconds: time.lastAt),
          isError: failed, tool: tools.name(at: tool.tool), tookMicroseconds: took))
    }
    // Results that are counted but not told one by one.
    let others = max(0, request.resultCount &- request.results.count)
    if others > 0, isNew {
      count(&node) { $0.toolResults = $0.toolResults.saturatingAdd(Int64(others)) }
      pending.drop(others, of: request.node)
    }
    return (answers, longest)
  }

  /// Forgets tools that nobody answers any more: those beside answered ones, and those that the request leaves behind.
  private mutating func forget(_ request: RunRequest, in thread: UInt64, answered: [AnsweredTool]) {
    guard pending.count > 0 else { return }
    let replies = Set(answered.map(\.call))
    pending.drop { tool in
      if replies.contains(tool.call) { return true }
      return tool.thread == thread && tool.conversation.map(request.beginnings.contains) ?? false
    }
  }

  // MARK: Replies

  /// Counts the reply of a call; one that is not in flight changes nothing.
  ///
  /// - Returns: whether it is that of a model; nil where there is no such call.
  @discardableResult
  public mutating func end(_ reply: RunReply, of call: CallID, at now: Timestamp) -> Bool? {
    advance(to: now)
    guard let flight = takeFlight(call) else {
      guard takeOther() else { return nil }
      time.addModel(-1)
      totals.add(reply)
      return true
    }
    guard flight.isModelCall else {
      serversInFlight &-= 1
      var reply = reply
      reply.width = 0
      totals.add(reply)
      nodes[flight.node]?.measures.add(reply)
      settleTools()
      return false
    }
    sequence &+= 1
    time.addModel(-1)
    var node = nodes[flight.node] ?? RunNode(parent: nil, depth: 0)
    let took = time.lastAt.excess(over: flight.startedAt)
    let chain = flight.chain.adding(model: took)
    criticalPathMicroseconds = max(criticalPathMicroseconds, chain.microseconds)
    count(&node) {
      $0.add(reply)
      $0.modelWorkMicroseconds = $0.modelWorkMicroseconds.saturatingAdd(took)
    }
    node.chain = chain
    node.ending = reply.ending
    node.lastReply = call
    let repeats = takeCalls(of: reply, call, flight, chain)
    count(&node) { $0.repeats = $0.repeats.saturatingAdd(repeats) }
    if nodes[flight.node] != nil { nodes[flight.node] = node }
    settleTools()
    return true
  }

  /// Adds a reply that no call in flight brings: that of a response which was worked on in the background, say, to whoever asks for it.
  mutating func addFetched(_ reply: RunReply, at now: Timestamp) {
    advance(to: now)
    totals.add(reply)
    for call in reply.toolCalls {
      let tool = tools.place(of: call.tool)
      tools.update(at: tool) { $0.calls &+= 1 }
    }
  }

  /// Takes the tools that a reply asks for.
  ///
  /// - Returns: how many of them its thread had asked for before.
  private mutating func takeCalls(
    of reply: RunReply, _ id: CallID, _ flight: InFlight, _ chain: WorkChain
  ) -> Int64 {
    let begin = RepeatTable.Moment(
      sequence: flight.sequence, at: flight.startedAt, modelWork: flight.chain.modelMicroseconds)
    let now = RepeatTable.Moment(sequence: sequence, at: time.lastAt, modelWork: chain.modelMicroseconds)
    var repeated: Int64 = 0
    var step: UInt64? = reply.toolCalls.isEmpty ? nil : 0
    var isExcused = false
    var loop = LoopState()
    for (position, call) in reply.toolCalls.enumerated() {
      let tool = tools.place(of: call.tool)
      tools.update(at: tool) { $0.calls &+= 1 }
      let key = RepeatTable.key(call, thread: flight.thread)
      let early = pending.add(
        PendingTool(
          call: id, position: position, id: call.id, name: call.name, node: flight.node, thread: flight.thread,
          conversation: flight.conversation, sequence: sequence, tool: tool, askedAt: time.lastAt, chain: chain,
          repeatKey: key, isForced: flight.forcesToolCall), askedSince: flight.sequence)
      if let early { tools.update(at: tool) { $0.addResult(failed: early, took: nil) } }
      guard let key else {
        step = nil
        continue
      }
      step = step.map { $0 &+ key }
      switch repeats.add(key, begin: begin, now: now, patience: patience) {
      case .fresh: break
      case .excused:
        isExcused = true
        repeated &+= 1
      case .again(let streak):
        repeated &+= 1
        if streak > loop.streak { (loop.streak, loop.tool) = (streak, tool) }
      }
    }
    // What asks for nothing, and did not before, is no part of a loop.
    guard reply.width > 0 || threads.tracks[flight.thread] != nil else { return repeated }
    threads.update(flight.thread, at: sequence) { track in
      if isExcused { track.cycles.reset() }
      // Calls whose arguments are not known come around with nothing.
      if let step { track.cycles.add(step) } else if reply.width > 0 { track.cycles.reset() }
      if step != nil, let cycle = track.cycles.cycle { (loop.rounds, loop.period) = (cycle.rounds, cycle.period) }
      track.loop = loop
    }
    return repeated
  }

  // MARK: Loops

  /// The longest streak of equal calls that the last reply of an agent goes on with.
  var longestStreak: (count: Int64, tool: String)? {
    threads.longestStreak.map { ($0.streak, tools.name(at: $0.tool)) }
  }

  /// The cycle that has come around most often, of those that the last reply of an agent goes on with.
  var longestCycle: (rounds: Int64, period: Int)? { threads.longestCycle.map { ($0.rounds, $0.period) } }

  // MARK: Time

  private mutating func advance(to now: Timestamp) { time.advance(to: now.unixMicroseconds) }

  private mutating func settleTools() { time.setTools(pending.count &+ serversInFlight) }

  private mutating func count(_ node: inout RunNode, _ change: (inout RunMeasures) -> Void) {
    change(&totals)
    change(&node.measures)
  }
}
