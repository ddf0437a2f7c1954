public import Metering

/// The one entrance of everything that becomes a span. From any thread, event loops included: it decides whether a span is kept and
/// puts it into a queue. What it waits for is a lock that others hold for a microsecond, never I/O or the collector.
///
/// Where traces are off there is none: nothing is even gathered for it.
public final class TraceRecorder: Sendable {
  private let queue: TraceQueue
  private let sampling: TraceSampling
  private let metrics: TraceMetrics
  private let runs = OpenTraces()

  public init(queue: TraceQueue, sampling: TraceSampling, metrics: TraceMetrics) {
    self.queue = queue
    self.sampling = sampling
    self.metrics = metrics
  }

  /// Records a call that was settled or refused, and the tools whose results its request brought.
  ///
  /// - Parameters:
  ///   - call: whose place has the caller's trace, if it came with one.
  ///   - run: where in ``TracedCall/run`` it stands.
  /// - Returns: where its span is, for the exemplars of histograms; nil where it is not exported.
  @discardableResult
  public func record(_ call: TracedCall, at run: RunPlace? = nil, turn: TracedTurn = TracedTurn()) -> SpanLink? {
    var call = call
    if let name = call.run {
      for tool in runs.add(&call, of: name, at: run, turn: turn) { put(tool) }
    }
    let link = call.link
    guard sampling.isKept(link.traceID, parent: call.place.sampler) else { return nil }
    put(.call(call))
    return link
  }

  /// Records a tool that was called through Tollgate.
  ///
  /// - Parameter run: where in ``TracedToolExecution/run`` the call to its server stands.
  public func record(_ tool: TracedToolExecution, at run: RunPlace? = nil) {
    var tool = tool
    if let name = tool.run { tool.place.run = runs.place(of: name, at: run) }
    put(tool)
  }

  /// Records a run that has ended, and the agents within it. Each run is to be told once, when no call of it is to come.
  public func record(_ end: TracedRunEnd) {
    for run in runs.end(end) where sampling.isKept(run.place.trace, parent: run.place.joined) { put(.run(run)) }
  }

  private func put(_ tool: TracedToolExecution) {
    let trace = tool.place.trace(ofCall: tool.call.rawValue)
    if sampling.isKept(trace, parent: tool.place.sampler) { put(.tool(tool)) }
  }

  private func put(_ item: TraceItem) { metrics.dropped(queue.put(item), .queueFull) }
}
