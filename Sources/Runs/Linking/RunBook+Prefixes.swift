internal import Dialects
internal import Metering

/// An earlier request that a request may go on from.
private struct Predecessor {
  var number: UInt64
  var link: Link
  /// Whether the message behind it begins like the reply; nil where that is not known.
  var hasReply: Bool?
  var hasInstructions: Bool
  var hasTrace = false

  /// Those that are to be chosen first are greater.
  var rank: Int {
    (hasReply == true ? 16 : 0) + (hasReply == false ? 0 : 8) + (hasInstructions ? 4 : 0) + (hasTrace ? 2 : 0)
      + (link.state.contains(.isContinued) ? 0 : 1)
  }
}

extension RunBook {
  /// The run whose earlier request is the longest beginning of this one, followed by what the model said.
  ///
  /// Of several with the same words (two agents that began alike, the branches of one), that one is chosen whose reply is what
  /// follows; then one with the same instructions, of the same trace, from which nobody went on yet, and the newest of those. Words of
  /// the user alone are too little where the instructions are others and the reply is not known; so is a beginning whose reply was
  /// another, unless it is the only one and nobody went on from it: clients trim texts. Nor does a request go on from a reply that
  /// issued none of the tool calls that it answers.
  ///
  /// - Parameter pool: the runs that it may be; nil for all.
  func findPrefix(_ query: LinkQuery, among pool: [RunSlot]?) -> FoundRun? {
    guard let facts = query.request.conversation, facts.boundaries.count > 1 else { return nil }
    let boundaries = facts.boundaries
    // The first message that is kept may not be the first of all.
    let firstModel = facts.messages > boundaries.count ? -1 : boundaries.firstIndex { $0.isModel } ?? boundaries.count
    let lastTurn = boundaries.indices.dropLast().last { !boundaries[$0].isModel && boundaries[$0 + 1].isModel }
    let answersCalls = facts.toolResults.contains { $0.call != nil }
    let trace = query.traceKey.flatMap { newest(of: $0) }?.run
    var index = boundaries.count &- 2
    while index >= 0 {
      defer { index &-= 1 }
      let reply = boundaries[index &+ 1]
      guard reply.isModel, !boundaries[index].isModel else { continue }
      let candidates = predecessors(query, at: boundaries[index], before: reply, among: pool).map {
        var candidate = $0
        candidate.hasTrace = candidate.link.run == trace
        return candidate
      }
      let accepted = candidates.filter {
        if answersCalls, index == lastTurn, pool == nil, $0.link.state.contains(.hasNamedCallsOnly) { return false }
        return accepts($0, hasModel: index > firstModel, isOnly: candidates.count == 1 || pool?.count == 1)
      }
      guard let best = accepted.max(by: { ($0.rank, $0.number) < ($1.rank, $1.number) }) else { continue }
      return FoundRun(run: best.link.run, source: .messages, continued: best.number)
    }
    return nil
  }

  private func predecessors(
    _ query: LinkQuery, at boundary: MessageBoundary, before reply: MessageBoundary, among pool: [RunSlot]?
  ) -> [Predecessor] {
    links.numbers(of: query.key(of: boundary)).compactMap { number in
      guard let link = links[number], runs.isOpen(link.run), pool?.contains(link.run) ?? true else { return nil }
      let opening = reply.opening.map { UInt32(truncatingIfNeeded: $0.bits) }
      return Predecessor(
        number: number, link: link, hasReply: link.opening == 0 ? nil : opening.map { $0 == link.opening },
        hasInstructions: link.evidence == query.instructions)
    }
  }

  private func accepts(_ candidate: Predecessor, hasModel: Bool, isOnly: Bool) -> Bool {
    switch candidate.hasReply {
    case true?: true
    case nil: candidate.hasInstructions || hasModel
    case false?: isOnly && candidate.hasInstructions && !candidate.link.state.contains(.isContinued)
    }
  }
}
