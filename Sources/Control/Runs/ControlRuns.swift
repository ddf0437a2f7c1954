internal import Ledger

/// What the control plane asks of runs.
struct ControlRuns: Sendable {
  var page: @Sendable (RunFilter) async throws -> [RunRecord]
  var detail: @Sendable (String) async throws -> RunDetail?
}
