public import Ledger

/// What the control plane asks of runs, and does to them.
public struct ControlRuns: Sendable {
  var page: @Sendable (RunFilter) async throws -> [RunRecord]
  var detail: @Sendable (String) async throws -> RunDetail?
  var end: End

  /// Ends a run in the name of an actor, and is done once the ledger has its end.
  ///
  /// Returns whether there was such a run that went on.
  public typealias End = @Sendable (_ run: String, _ actor: String) async throws -> Bool

  /// - Parameter kept: those that the ledger keeps.
  public init(kept: LedgerRuns, end: @escaping End) {
    self.init(page: { try await kept.page($0) }, detail: { try await kept.detail($0) }, end: end)
  }

  init(
    page: @escaping @Sendable (RunFilter) async throws -> [RunRecord],
    detail: @escaping @Sendable (String) async throws -> RunDetail?, end: @escaping End
  ) {
    self.page = page
    self.detail = detail
    self.end = end
  }
}
