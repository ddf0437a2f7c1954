public import Dialects
internal import Metering

/// One agent of a run.
public struct RunNode: Sendable, Equatable {
  /// Who started it; nil at the top.
  public var parent: Fingerprint?
  public var depth: Int
  public var measures = RunMeasures()
  /// How its last reply ended; nil until one did.
  public internal(set) var ending: ReplyEnding?

  /// The call with its last reply.
  var lastReply: CallID?
  /// The longest chain of work that ends with its last reply.
  var chain = WorkChain()

  init(parent: Fingerprint?, depth: Int) {
    self.parent = parent
    self.depth = depth
  }
}
