import Control
import Ledger
import Observability

extension LedgerAccess {
  /// A page of runs.
  func runs(_ filter: RunFilter) async throws -> JSONValue {
    try await answered { ledger in
      let rows = try await ledger.runs.page(filter)
      return RunJSON.page(rows, next: rows.count >= filter.limit ? filter.offset + rows.count : nil)
    } proxy: {
      try await $0.get("/api/v1/runs?\(filter.query)")
    }
  }

  /// One run with its calls.
  func run(_ id: String) async throws -> JSONValue {
    try await answered { ledger in
      guard let detail = try await ledger.runs.detail(id) else {
        throw CommandFailure("there is no run \"\(id)\"; list them with tollgate runs")
      }
      return RunJSON.document(detail)
    } proxy: {
      try await $0.get("/api/v1/runs/\(QueryText.encoded(id))")
    }
  }
}

extension RunFilter {
  /// The query of `GET /api/v1/runs`.
  fileprivate var query: String {
    [
      ("agent", agent), ("workflow", workflow), ("outcome", outcome), ("failed", hasFailed.map(String.init)),
      ("state", isLive.map { $0 ? "live" : "ended" }),
      ("sort", order.rawValue), ("from", from?.rfc3339), ("limit", String(limit)),
    ].compactMap { name, value in value.map { "\(name)=\(QueryText.encoded($0))" } }.joined(separator: "&")
  }
}
