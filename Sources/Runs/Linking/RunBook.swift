public import Dialects
internal import Metering

/// Which run each call belongs to, from what calls say and from what was said before.
///
/// A value without clock, randomness and I/O, to be kept behind one lock: a call takes some microseconds. It holds fingerprints, and the
/// names of open runs; all of it is bounded (``RunLimits``).
///
/// A call is linked by the first of these that finds an open run (``RunSource``):
/// 1. the run that it names, or its client's session;
/// 2. the tool calls that it answers: the run whose reply issued them. Ids that several runs issued, or that look as if they were
///    counted (`call_1`), find just one that said the same words before;
/// 3. the response that it names as its predecessor, then the conversation that the provider keeps;
/// 4. the same request that failed a moment ago;
/// 5. the longest of its beginnings that was all of an earlier request;
/// 6. its trace id.
///
/// Ids find runs of callers with the same key and workflow, words those of callers that nothing tells apart.
public struct RunBook: Sendable {
  let limits: RunLimits
  let keys: LinkKeys
  var links: LinkTable
  var runs = RunTable()
  var changes: RunChangeLog
  /// Runs that were displaced, until they are told.
  var displaced: [EndedRun] = []

  /// How many displaced runs wait to be told; those beyond are never.
  static let displacedMax = 16_384

  /// - Parameter key: the one that fingerprints of requests and replies are made with, kept as long as what is restored.
  public init(key: FingerprintKey, limits: RunLimits = RunLimits()) {
    self.limits = limits
    keys = LinkKeys(key)
    links = LinkTable(capacity: limits.linksMax)
    changes = RunChangeLog(changesMax: limits.changesMax)
  }

  /// How many runs are open.
  public var runCount: Int { runs.count }

  /// How many links there are.
  public var linkCount: Int { links.count }

  /// Links a call to its run, which begins with it where none is found. The call's end must be told by ``record(_:of:at:)``.
  ///
  /// - Parameter random: at least 45 random bits, which the id of a new run is made of.
  public mutating func link(_ query: LinkQuery, random: UInt64) -> LinkedCall {
    let retried = retried(query)
    let found = find(query, retried)
    return join(query, found, retried, in: found?.run ?? begin(query, random: random))
  }

  /// Links a call that asks for what an earlier one began, such as a response that is worked on in the background: it never begins a
  /// run. Where it is linked, its end must be told by ``record(_:of:at:)``.
  ///
  /// - Returns: nil where no run is found.
  public mutating func linkKnown(_ query: LinkQuery) -> LinkedCall? {
    let retried = retried(query)
    guard let found = find(query, retried) else { return nil }
    return join(query, found, retried, in: found.run)
  }

  /// Counts a call in a run, and remembers what later ones are linked by.
  private mutating func join(
    _ query: LinkQuery, _ found: FoundRun?, _ retried: [EarlierRequest], in slot: RunSlot
  ) -> LinkedCall {
    let request = query.request
    var isRetry = request.isSaidRetry
    if let earlier = retried.first(where: { $0.run == slot }) {
      isRetry = true
      // What has been tried again once is not tried again by the next request with the same words.
      change(earlier.number) { $0.state.insert(.isContinued) }
    }
    if let continued = found?.continued { change(continued) { $0.state.insert(.isContinued) } }
    runs.touch(slot)
    change(slot) { run in
      run.lastCallAt = max(run.lastCallAt, query.now)
      run.calls &+= 1
      run.callsInFlight &+= 1
    }
    let run = runs[slot]
    let place = RunPlace(
      source: found?.source ?? query.sourceOfNew, parentRun: run?.parentRun, node: request.node,
      parentNode: request.parentNode, depth: depth(of: query, in: slot, below: run?.depth ?? 0),
      isRetry: isRetry)
    return LinkedCall(
      run: run?.id ?? "", place: place, isNew: found == nil, slot: slot, words: remember(query, in: slot),
      scope: query.scope)
  }

  /// Begins a run.
  private mutating func begin(_ query: LinkQuery, random: UInt64) -> RunSlot {
    makeRoom()
    let id = query.request.name?.text ?? RunID.text(at: query.now, random: random)
    let parent = parent(of: query)
    let nameKey = keys.link(.name, id, in: query.scope.tenant)
    let slot = runs.insert(
      OpenRun(
        id: id, startedAt: query.now, lastCallAt: query.now, parentRun: parent?.id,
        depth: parent.map { $0.depth &+ 1 } ?? 0, nameKey: nameKey))
    insert(Link(key: nameKey, run: slot, seconds: query.seconds))
    return slot
  }

  /// The run that started the one that begins: the one that the caller names, else the one that its trace began with.
  private func parent(of query: LinkQuery) -> (id: String, depth: Int)? {
    if let name = query.request.parentRun, name != query.request.name?.text {
      let known = newest(of: keys.link(.name, name, in: query.scope.tenant)).flatMap { runs[$0.run] }
      return (name, known?.depth ?? 0)
    }
    guard let key = query.traceKey, let run = newest(of: key).flatMap({ runs[$0.run] }) else { return nil }
    return (run.id, run.depth)
  }

  /// Keeps the depth of the agent that calls.
  ///
  /// - Returns: how many runs and agents stand above it.
  private mutating func depth(of query: LinkQuery, in slot: RunSlot, below depth: Int) -> Int {
    guard let node = query.request.node else { return depth }
    // Its place is another one after a restart.
    let scope = runs[slot]?.nameKey ?? 0
    let key = keys.link(.node, node, in: scope)
    if let known = newest(of: key) { return depth &+ Int(known.evidence) }
    var level: UInt32 = query.request.parentNode == nil && !query.request.isSubagent ? 0 : 1
    if let parent = query.request.parentNode, let known = newest(of: keys.link(.node, parent, in: scope)) {
      level = known.evidence &+ 1
    }
    insert(Link(key: key, run: slot, evidence: level, seconds: query.seconds))
    return depth &+ Int(level)
  }

  /// Adds what later calls are linked by.
  ///
  /// - Returns: the number of the link of the call's words.
  private mutating func remember(_ query: LinkQuery, in slot: RunSlot) -> UInt64? {
    if let key = query.traceKey, newest(of: key) == nil { insert(Link(key: key, run: slot, seconds: query.seconds)) }
    if let key = query.conversationKey, newest(of: key)?.run != slot {
      insert(Link(key: key, run: slot, evidence: query.callerEvidence, seconds: query.seconds))
    }
    guard let key = query.ownKey else { return nil }
    return insert(
      Link(key: key, run: slot, evidence: query.instructions, seconds: query.seconds, state: .isOpen))
  }

  // MARK: Links

  /// The newest link of a word whose run is open.
  func newest(of key: UInt64) -> Link? {
    var (newest, found): (UInt64, Link?) = (0, nil)
    links.forEach(of: key) { number, link in
      if found == nil || number > newest, runs.isOpen(link.run) { (newest, found) = (number, link) }
    }
    return found
  }

  @discardableResult
  mutating func insert(_ link: Link) -> UInt64 { links.insert(link) }

  mutating func change(_ number: UInt64, _ change: (inout Link) -> Void) {
    links.change(number, change)
    changes.note(link: number)
  }

  /// Changes a run, which the next batch has then.
  mutating func change(_ slot: RunSlot, _ change: (inout OpenRun) -> Void) {
    let log = changes.number
    var isListed = true
    runs.change(slot) { run in
      change(&run)
      isListed = run.changeLog == log
      run.changeLog = log
    }
    if !isListed { changes.note(slot) }
  }
}
