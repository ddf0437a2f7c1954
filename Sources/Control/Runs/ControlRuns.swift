public import Ledger
internal import Metering
public import Runs

/// What the control plane asks of runs, and does to them.
public struct ControlRuns: Sendable {
  var page: @Sendable (RunFilter) async throws -> [RunRecord]
  var detail: @Sendable (String) async throws -> RunDetail?
  var toolsOfCall: @Sendable (CallID) async throws -> [RunTool]
  var eventsOfCall: @Sendable (CallID) async throws -> [RunEvent]
  var events: @Sendable (RunEventFilter) async throws -> [KeptRunEvent]
  var reliability: @Sendable (ReliabilityQuery) async throws -> ReliabilityReport
  var end: End
  var release: Release

  /// Ends a run in the name of an actor, and is done once the ledger has its end.
  ///
  /// Returns whether there was such a run that went on.
  public typealias End = @Sendable (_ run: String, _ actor: String) async throws -> Bool

  /// Lets a run go on that a guardrail has stopped, in the name of an actor.
  ///
  /// Returns whether such a run goes on, and has such a limit.
  public typealias Release = @Sendable (_ run: String, GuardrailRelease, _ actor: String) async throws -> Bool

  /// - Parameter kept: those that the ledger keeps.
  public init(kept: LedgerRuns, end: @escaping End, release: @escaping Release) {
    self.init(
      page: { try await kept.page($0) }, detail: { try await kept.detail($0) },
      toolsOfCall: { try await kept.tools(of: [$0])[$0] ?? [] }, eventsOfCall: { try await kept.events(of: $0) },
      events: { try await kept.events($0) }, reliability: { try await kept.reliability($0) }, end: end,
      release: release)
  }

  init(
    page: @escaping @Sendable (RunFilter) async throws -> [RunRecord],
    detail: @escaping @Sendable (String) async throws -> RunDetail?,
    toolsOfCall: @escaping @Sendable (CallID) async throws -> [RunTool],
    eventsOfCall: @escaping @Sendable (CallID) async throws -> [RunEvent],
    events: @escaping @Sendable (RunEventFilter) async throws -> [KeptRunEvent],
    reliability: @escaping @Sendable (ReliabilityQuery) async throws -> ReliabilityReport, end: @escaping End,
    release: @escaping Release
  ) {
    self.page = page
    self.detail = detail
    self.toolsOfCall = toolsOfCall
    self.eventsOfCall = eventsOfCall
    self.events = events
    self.reliability = reliability
    self.end = end
    self.release = release
  }
}
