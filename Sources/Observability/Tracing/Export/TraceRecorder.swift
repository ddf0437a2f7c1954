internal import Metering

/// The one entrance of everything that becomes a span. From any thread, event loops included: it decides whether a span is kept and
/// puts it into a queue, which takes a short lock.
///
/// Where traces are off there is none: nothing is even gathered for it.
public final class TraceRecorder: Sendable {
  private let queue: TraceQueue
  private let sampling: TraceSampling
  private let metrics: TraceMetrics

  public init(queue: TraceQueue, sampling: TraceSampling, metrics: TraceMetrics) {
    self.queue = queue
    self.sampling = sampling
    self.metrics = metrics
  }

  /// Records a call that was settled or refused.
  ///
  /// - Returns: where its span is, for the exemplars of histograms; nil where it is not exported.
  @discardableResult
  public func record(_ call: TracedCall) -> SpanLink? {
    let link = call.link
    guard sampling.isKept(link.traceID, parent: call.place.sampler) else { return nil }
    put(.call(call))
    return link
  }

  /// Records a tool that has been executed.
  public func record(_ tool: TracedToolExecution) {
    let trace = tool.place.trace(ofCall: tool.call.rawValue)
    if sampling.isKept(trace, parent: tool.place.sampler) { put(.tool(tool)) }
  }

  /// Records a run, or an agent within it, that has ended.
  public func record(_ run: TracedRun) {
    if sampling.isKept(run.place.trace, parent: run.place.joined) { put(.run(run)) }
  }

  private func put(_ item: TraceItem) { metrics.dropped(queue.put(item), .queueFull) }
}
