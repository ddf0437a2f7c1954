internal import Dialects
internal import Metering

/// The run of a call, and what told it.
struct FoundRun {
  var run: RunSlot
  var source: RunSource
  /// The link of the request that this one goes on from.
  var continued: UInt64?
}

/// The same request as it was sent before.
struct EarlierRequest {
  /// The number of its link.
  var number: UInt64
  var run: RunSlot
  var hasFailed: Bool
}

extension RunBook {
  /// How many results' ids are looked up: those of one reply have the same run.
  private static let resultsMax = 16

  /// - Parameter retried: what ``retried(_:)`` says.
  func find(_ query: LinkQuery, _ retried: [EarlierRequest]) -> FoundRun? {
    if let key = query.nameKey {
      // What else finds a run does not matter then.
      guard let link = newest(of: key) else { return nil }
      return FoundRun(
        run: link.run, source: query.sourceOfNew, continued: findPrefix(query, among: [link.run])?.continued)
    }
    if let found = findIDs(query) { return found }
    if let earlier = retried.first { return FoundRun(run: earlier.run, source: .messages) }
    if let found = findPrefix(query, among: nil) { return found }
    return query.traceKey.flatMap { newest(of: $0) }.map { FoundRun(run: $0.run, source: .trace) }
  }

  /// The run of the ids that the request names.
  private func findIDs(_ query: LinkQuery) -> FoundRun? {
    if let results = query.request.conversation?.toolResults.prefix(Self.resultsMax), !results.isEmpty {
      let distinct = results.filter(\.isCallDistinct)
      if let found = findRun(keys(of: distinct, query), .toolCall, query) { return found }
      // Others say no more than which of those that say the same words it is.
      let counted = keys(of: results.filter { !$0.isCallDistinct }, query)
      if !counted.isEmpty, let found = findPrefix(query, among: candidates(counted, query)) {
        return FoundRun(run: found.run, source: .toolCall, continued: found.continued)
      }
    }
    if let key = query.responseKey, let found = findRun([key], .response, query) { return found }
    if let key = query.conversationKey, let found = findRun([key], .response, query) { return found }
    return nil
  }

  private func keys(of results: some Sequence<ToolResultFacts>, _ query: LinkQuery) -> [UInt64] {
    results.compactMap(\.call).map { query.key(ofToolCall: $0) }
  }

  /// The run that some ids find. Where several callers of a workflow have the same ids, each has its own run; one that no other run has
  /// is also found by another agent, to which a conversation was handed over.
  private func findRun(_ keys: [UInt64], _ source: RunSource, _ query: LinkQuery) -> FoundRun? {
    let pool = candidates(keys, query)
    guard let first = pool.first else { return nil }
    if let found = findPrefix(query, among: pool) {
      return FoundRun(run: found.run, source: source, continued: found.continued)
    }
    // A conversation that the provider keeps says no words again; of tool calls with one id, those that were asked for in other words
    // are others.
    return pool.count == 1 || source == .response ? FoundRun(run: first, source: source) : nil
  }

  /// The open runs that some words find, each once, the newest first: the caller's own, where there are any.
  private func candidates(_ keys: [UInt64], _ query: LinkQuery) -> [RunSlot] {
    guard !keys.isEmpty else { return [] }
    let linked = keys.flatMap { links.numbers(of: $0) }.compactMap { links[$0] }.filter { runs.isOpen($0.run) }
    let own = linked.filter { $0.evidence == query.callerEvidence }
    return openRuns(of: own.isEmpty ? linked : own)
  }

  /// The runs of links, each once, the newest first.
  private func openRuns(of links: [Link]) -> [RunSlot] {
    var runs: [RunSlot] = []
    for link in links where !runs.contains(link.run) { runs.append(link.run) }
    return runs
  }

  // MARK: Retries

  /// The same request as it was sent before, where this one is its retry: those that failed first, then the newest. Each is tried again
  /// once, so that equal requests that fail together are tried again in the runs that they came from.
  func retried(_ query: LinkQuery) -> [EarlierRequest] {
    guard let key = query.ownKey else { return [] }
    var found: [EarlierRequest] = []
    links.forEach(of: key) { number, link in
      guard canBeRetry(link, query), runs.isOpen(link.run) else { return }
      found.append(EarlierRequest(number: number, run: link.run, hasFailed: link.state.contains(.hasFailed)))
    }
    if found.count > 1 { found.sort { ($0.hasFailed ? 1 : 0, $0.number) > ($1.hasFailed ? 1 : 0, $1.number) } }
    return found
  }

  /// Whether a request that was sent before can be sent again: it failed a moment ago, or the client of this one says so. One that waits
  /// for its reply is not else, as two agents may say the same words at the same moment: a client that gives up closes its connection
  /// before.
  private func canBeRetry(_ link: Link, _ query: LinkQuery) -> Bool {
    let age = Int64(query.seconds) &- Int64(link.seconds)
    guard link.evidence == query.instructions, !link.state.contains(.isContinued) else { return false }
    guard age &* 1_000_000 <= limits.retryMicroseconds else { return false }
    return query.request.isSaidRetry || link.state.contains(.hasFailed)
  }
}
