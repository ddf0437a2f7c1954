internal import JSON
internal import Ledger
internal import Metering
internal import Observability

/// What changes something, and what is booked after calls were settled.
extension ControlEndpoints {
  func adjustments(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try AdjustmentQuery.filter(parameters, now: now())
    let rows = try await queries.books.adjustments(filter)
    return .json(AdjustmentJSON.page(rows, next: rows.count >= filter.limit ? rows.last?.id : nil))
  }

  /// Answers a request that changes something; the guard has let it through.
  func change(_ route: ControlRoute, query: String, body: [UInt8]) async throws -> ControlAnswer {
    _ = try QueryParameters(query, known: [])
    if case .receiverTest(let name) = route { return try await test(receiver: name) }
    let body = try RequestBody(body)
    switch route {
    case .redeliver: return try await redeliver(body)
    case .adjustments:
      let adjustment = try await queries.books.book(try AdjustmentBody.correction(body))
      return .json(AdjustmentJSON.document(adjustment), status: 201)
    case .reprice:
      let query = try RepriceBody.query(body)
      let total = query.after == nil ? try await queries.books.repriceCount(query) : nil
      return .json(RepriceJSON.document(try await queries.books.reprice(query), total: total))
    case .page, .metrics, .alive, .ready, .calls, .call, .summary, .alerts, .receivers, .receiverTest, .openAPI:
      throw Problem(405, "Method not allowed", "This path can only be read.")
    }
  }
}
