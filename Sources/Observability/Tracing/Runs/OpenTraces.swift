internal import Metering
internal import Synchronization

/// The runs that go on, as far as their traces are concerned: where each stands, its agents, and the tools that it waits for.
///
/// From any thread. It is kept in parts, each behind a lock of its own that is held for a microsecond, so that calls of different runs
/// hardly ever meet. When a part is full, the runs that were not used for the longest time are forgotten: what comes of them then has
/// its place by the run's name alone, which is the same unless the run joined a trace.
final class OpenTraces: Sendable {
  /// Runs of a part.
  static let partRunsMax = 512
  /// Runs, agents and tools of a part, some 500 bytes each.
  static let partWeightMax = 4_096

  private let parts: InlineArray<16, Mutex<Part>>

  init() { parts = InlineArray { _ in Mutex(Part()) } }

  private struct Part: Sendable {
    private(set) var runs: [String: OpenTrace] = [:]
    private var uses: UInt64 = 0
    private var weight = 0

    mutating func use<Result>(
      _ run: String, orBegin begin: () -> OpenTrace, _ body: (inout OpenTrace) -> Result
    ) -> Result {
      // Taken out while it is changed, so that nothing is copied.
      var trace = remove(run) ?? begin()
      while !runs.isEmpty, runs.count >= OpenTraces.partRunsMax || weight > OpenTraces.partWeightMax { makeRoom() }
      uses &+= 1
      trace.lastUse = uses
      let result = body(&trace)
      weight &+= trace.weight
      runs[run] = trace
      return result
    }

    mutating func remove(_ run: String) -> OpenTrace? {
      guard let trace = runs.removeValue(forKey: run) else { return nil }
      weight &-= trace.weight
      return trace
    }

    private mutating func makeRoom() {
      let oldest = runs.map { (run: $0.key, lastUse: $0.value.lastUse) }.sorted { $0.lastUse < $1.lastUse }
      for (run, _) in oldest.prefix(max(1, runs.count / 16)) { _ = remove(run) }
    }
  }

  /// How many are known.
  var count: Int {
    var count = 0
    for index in parts.indices { count += parts[index].withLock { $0.runs.count } }
    return count
  }

  /// Takes a call of a run that has ended.
  ///
  /// - Parameter call: gets its place.
  /// - Returns: the tools whose results its request brought.
  func add(_ call: inout TracedCall, of run: String, at place: RunPlace?, turn: TracedTurn) -> [TracedToolExecution] {
    let parent = place?.parentRun.flatMap { $0 == run ? nil : origin(of: $0) }
    let (placed, executed) = parts[Self.part(of: run)].withLock { [call] part in
      part.use(run, orBegin: { OpenTrace(call, run: run, place: place, parent: parent) }) { trace in
        var placed = call
        let executed = trace.add(&placed, node: place?.node, parentNode: place?.parentNode, turn: turn)
        return (placed.place, executed)
      }
    }
    call.place = placed
    return executed
  }

  /// Where a call stands that asks no model for anything: nothing of it is kept.
  func place(of run: String, at place: RunPlace?) -> TracedRunPlace {
    let known = parts[Self.part(of: run)].withLock { $0.runs[run]?.place(of: nil) }
    return known ?? self.place(of: run, below: place?.parentRun)
  }

  /// Forgets a run that has ended.
  ///
  /// - Returns: its span, and those of its agents.
  func end(_ end: TracedRunEnd) -> [TracedRun] {
    if let trace = parts[Self.part(of: end.run)].withLock({ $0.remove(end.run) }) { return trace.ended(end) }
    var run = TracedRun(
      place: place(of: end.run, below: end.parentRun), parent: end.parentRun == end.run ? nil : end.parentRun,
      agent: end.agent,
      workflow: end.workflow, run: end.run, startedAt: end.startedAt, endedAt: end.endedAt, outcome: end.outcome)
    run.error = end.error
    return [run]
  }

  /// The place of a run of which nothing is known but its parent.
  private func place(of run: String, below parentRun: String?) -> TracedRunPlace {
    let parent = parentRun.flatMap { $0 == run ? nil : origin(of: $0) }
    return TracedRunPlace(root: parent?.root ?? parentRun ?? run, agent: run, joined: parent?.joined, isTold: true)
  }

  private func origin(of run: String) -> TraceOrigin? {
    parts[Self.part(of: run)].withLock { $0.runs[run]?.origin }
  }

  private static func part(of run: String) -> Int { run.hashValue & 15 }
}
