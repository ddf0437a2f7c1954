/// One way to find a run.
struct Link: Sendable, Equatable {
  /// The word that it is found by.
  var key: UInt64
  var run: RunSlot
  /// Of a prefix: of the instructions that stood beside it. Of a node: the depth. Of a prompt and a context: its tokens.
  var evidence: UInt32 = 0
  /// Of a prefix: of how the reply began; 0 where that is not known. Of a prompt: of the thoughts in it.
  var opening: UInt32 = 0
  /// Seconds since the Unix epoch.
  var seconds: UInt32
  var state = LinkState()
}

/// What became of a link.
struct LinkState: OptionSet, Sendable, Equatable {
  var rawValue: UInt8

  /// The call waits for its reply.
  static let isOpen = LinkState(rawValue: 1)
  /// The call failed.
  static let hasFailed = LinkState(rawValue: 2)
  /// A request went on from here.
  static let isContinued = LinkState(rawValue: 4)
  /// The link is found no more.
  static let isDead = LinkState(rawValue: 8)
  /// The reply is known, and had no tool calls but such as their ids tell from all others.
  static let hasNamedCallsOnly = LinkState(rawValue: 16)
}

/// Which run: a place among the open runs, and which of those that have had it.
public struct RunSlot: Sendable, Hashable {
  var place: UInt32
  var generation: UInt32
}
