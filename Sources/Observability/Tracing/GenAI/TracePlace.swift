/// Where in which trace something stands: what decides its trace id and its parent.
///
/// - A call that came with `traceparent` stands in its caller's trace, below the caller's span, and has a link to its run.
/// - Else it stands in the trace of its run, below the run's span, or its agent's.
/// - A call without either is a trace by itself.
public struct TracePlace: Sendable, Equatable {
  /// The caller's `traceparent`, of the request itself.
  public var caller: TraceContext?
  /// The run; nil where the call belongs to none.
  public var run: TracedRunPlace?

  public init(caller: TraceContext? = nil, run: TracedRunPlace? = nil) {
    self.caller = caller
    self.run = run
  }

  /// The trace of a call.
  func trace(ofCall id: Int64) -> TraceID { caller?.traceID ?? run?.trace ?? TraceID(ofCall: id) }

  /// What the parent of the trace has decided on its sampling; nil where the trace begins here.
  var sampler: TraceContext? { caller ?? run?.joined }

  /// The span that a call is a child of.
  var parent: SpanParent? {
    if let caller { return SpanParent(caller.spanID, isRemote: true) }
    guard let run, run.isTold else { return nil }
    return SpanParent(run.span)
  }

  /// The run's span, where it stands in another trace than the call.
  var links: [SpanLink] {
    guard let caller, let run, run.isTold, run.trace != caller.traceID else { return [] }
    return [SpanLink(traceID: run.trace, spanID: run.span)]
  }
}

/// A run, or an agent within it.
public struct TracedRunPlace: Sendable, Equatable {
  /// Names the outermost run: the trace follows from it, in every process alike. At most a few hundred bytes, none of them zero.
  public var root: String
  /// Names the run or the agent that makes the call; the same as ``root`` for the outermost run itself.
  public var agent: String
  /// The `traceparent` that the outermost run began with: the run then stands in that trace. Nil where it began without.
  public var joined: TraceContext?
  /// Whether a span of the run will be recorded, see ``TracedRun``: without one, nothing is put below it.
  public var isTold: Bool

  public init(root: String, agent: String? = nil, joined: TraceContext? = nil, isTold: Bool) {
    self.root = root
    self.agent = agent ?? root
    self.joined = joined
    self.isTold = isTold
  }

  var trace: TraceID { joined?.traceID ?? TraceID(ofRun: root) }
  var span: SpanID { SpanID(ofAgent: agent, run: root) }
}
