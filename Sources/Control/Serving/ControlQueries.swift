internal import Ledger
internal import Metering

/// What the control plane asks the ledger.
struct ControlQueries: Sendable {
  var calls: @Sendable (CallFilter) async throws -> [CallRecord]
  var call: @Sendable (CallID) async throws -> CallRecord?
  var summary: @Sendable (_ by: [SummaryDimension], _ range: TimeRange) async throws -> [SummaryRow]
}

extension ControlQueries {
  init(_ ledger: Ledger) {
    calls = { try await ledger.calls($0) }
    call = { try await ledger.call($0) }
    summary = { dimensions, range in
      try await ledger.summary(
        by: dimensions, from: range.from, to: range.to, utcOffsetSeconds: range.utcOffsetSeconds)
    }
  }
}
