public import Dialects

/// One agent of a run.
public struct RunNode: Sendable, Equatable {
  /// Who started it; nil at the top.
  public var parent: Fingerprint?
  public var depth: Int
  public var measures = RunMeasures()
  /// How its last reply ended; nil until one did.
  public internal(set) var ending: ReplyEnding?
  /// Whether its last reply asked for tools that no request has answered.
  public internal(set) var awaitsTools = false

  /// The longest chain of work that ends with its last reply.
  var chain = WorkChain()

  init(parent: Fingerprint?, depth: Int) {
    self.parent = parent
    self.depth = depth
  }
}
