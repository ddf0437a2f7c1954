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
    if let results = query.request.conversation?.toolResults, !results.isEmpty {
      let calls = results.prefix(Self.resultsMax).compactMap(\.call)
      if let found = findRun(calls.map { query.key(ofToolCall: $0) }, .toolCall, query) { return found }
    }
    if let key = query.responseKey, let found = findRun([key], .response, query) { return found }
    if let key = query.conversationKey, let found = findRun([key], .response, query) { return found }
    return nil
  }

  /// The run that some words find. Where several callers of a workflow have the same words, each has its own run; one that no other
  /// run has is also found by another agent, to which a conversation was handed over.
  private func findRun(_ keys: [UInt64], _ source: RunSource, _ query: LinkQuery) -> FoundRun? {
    let linked = keys.flatMap { links.numbers(of: $0) }.compactMap { links[$0] }.filter { runs.isOpen($0.run) }
    let own = linked.filter { $0.evidence == query.callerEvidence }
    let pool = openRuns(of: own.isEmpty ? linked : own)
    guard let first = pool.first, pool.count == 1 || !own.isEmpty else { return nil }
    if pool.count > 1, let found = findPrefix(query, among: pool) {
      return FoundRun(run: found.run, source: source, continued: found.continued)
    }
    return FoundRun(run: first, source: source, continued: findPrefix(query, among: [first])?.continued)
  }

  /// The runs of links, each once, the newest first.
  private func openRuns(of links: [Link]) -> [RunSlot] {
    var runs: [RunSlot] = []
    for link in links where !runs.contains(link.run) { runs.append(link.run) }
    return runs
  }

  // MARK: Retries

  /// The same request as it was sent before, the newest first, where this one is its retry.
  func retried(_ query: LinkQuery) -> [EarlierRequest] {
    guard let key = query.ownKey else { return [] }
    return links.numbers(of: key).compactMap { number in
      guard let link = links[number], runs.isOpen(link.run), canBeRetry(link, query) else { return nil }
      return EarlierRequest(number: number, run: link.run)
    }
  }

  /// Whether a request that was sent before is sent again: it failed a moment ago, or its client says so. One that waits for its reply
  /// is not, as two agents may say the same words at the same moment: a client that gives up closes its connection before.
  private func canBeRetry(_ link: Link, _ query: LinkQuery) -> Bool {
    let age = Int64(query.seconds) &- Int64(link.seconds)
    guard link.evidence == query.instructions, age &* 1_000_000 <= limits.retryMicroseconds else { return false }
    return query.request.isSaidRetry || link.state.contains(.hasFailed) && !link.state.contains(.isContinued)
  }
}
