internal import Dialects
internal import Metering

/// A tally of which there is nothing but what one agent's calls came to in one conversation, with no tools, and none in flight. Most
/// runs are so where callers have no conversations: they are kept as this, which has no collections and takes a fraction of the room.
struct BriefTally: Sendable, Equatable {
  /// All of what is known of the agent beside what it came to, which is what the run came to.
  private struct Node: Sendable, Equatable {
    var print: Fingerprint
    var parent: Fingerprint?
    var depth: Int
    var ending: ReplyEnding?
    var lastReply: CallID?
    var chain: WorkChain
  }

  private let totals: RunMeasures
  private let depth: Int
  private let criticalPathMicroseconds: Int64
  private let patience: LoopPatience
  private let time: RunClock
  private let sequence: Int64
  private let node: Node?
  private let conversation: LoopThreads.Conversation?

  /// Nil where there is more than that.
  init?(_ tally: borrowing RunTally) {
    guard tally.inFlight.isEmpty, tally.othersInFlight == 0, tally.serversInFlight == 0, tally.nodes.count <= 1,
      tally.threads.isBrief, tally.tools == ToolTable(), tally.pending == PendingTools(),
      tally.repeats == RepeatTable(), tally.returned == ReturnedAnswers()
    else { return nil }
    node = tally.nodes.first.map { print, node in
      Node(
        print: print, parent: node.parent, depth: node.depth, ending: node.ending, lastReply: node.lastReply,
        chain: node.chain)
    }
    if let agent = tally.nodes.first?.value, agent.measures != tally.totals { return nil }
    totals = tally.totals
    depth = tally.depth
    criticalPathMicroseconds = tally.criticalPathMicroseconds
    patience = tally.patience
    time = tally.time
    sequence = tally.sequence
    conversation = tally.threads.onlyConversation
  }

  /// Whether there was one call of a model at most.
  var isOfOneCall: Bool { totals.llmCalls <= 1 }

  /// The tally that this was made of.
  var tally: RunTally {
    var tally = RunTally(startsAt: Timestamp(unixMicroseconds: time.startedAt), patience: patience)
    tally.totals = totals
    tally.depth = depth
    tally.criticalPathMicroseconds = criticalPathMicroseconds
    tally.time = time
    tally.sequence = sequence
    tally.threads = LoopThreads(conversation)
    if let node {
      var agent = RunNode(parent: node.parent, depth: node.depth)
      agent.measures = totals
      agent.ending = node.ending
      agent.lastReply = node.lastReply
      agent.chain = node.chain
      tally.nodes[node.print] = agent
    }
    return tally
  }
}
