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

  /// How long the longest chain of work is that ends with its last reply, in microseconds.
  var path: Int64 = 0
  var cycles = CycleFinder()
  /// What the calls of its last reply come to.
  var loop = LoopState()

  init(parent: Fingerprint?, depth: Int) {
    self.parent = parent
    self.depth = depth
  }
}

/// How far the last reply of an agent looks like one of a loop.
struct LoopState: Sendable, Equatable {
  /// How often the tool was asked for with the same arguments, this time included.
  var streak: Int64 = 0
  /// The tool's place in ``ToolTable``.
  var tool = 0
  /// How often the cycle came around, and of how many steps it is.
  var rounds: Int64 = 0
  var period = 0
}
