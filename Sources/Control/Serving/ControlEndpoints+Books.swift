internal import HTTPTypes
internal import JSON
internal import Ledger
internal import Metering
internal import Observability

/// What is booked after calls were settled.
extension ControlEndpoints {
  func adjustments(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try AdjustmentQuery.filter(parameters, now: now())
    let rows = try await queries.books.adjustments(filter)
    return .json(AdjustmentJSON.page(rows, next: rows.count >= filter.limit ? rows.last?.id : nil))
  }

  /// Answers a request that changes something; the guard has let it through.
  ///
  /// - Parameter actor: whose token allows it.
  func change(
    _ route: ControlRoute, query: String, body: [UInt8], by actor: Actor, method: HTTPRequest.Method
  ) async throws -> ControlAnswer {
    _ = try QueryParameters(query, known: [])
    let isDeletion = method == .delete
    // A deletion says everything by its path.
    if case .receiverTest(let name) = route { return try await test(receiver: name) }
    let body = try RequestBody(isDeletion && body.isEmpty ? Array("{}".utf8) : body)
    if isDeletion { try body.check(known: []) }
    switch route {
    case .runEnd(let id): return try await endRun(id, body, by: actor)
    case .runRelease(let id): return try await releaseRun(id, body, by: actor)
    case .redeliver: return try await redeliver(body)
    case .keys: return try await createKey(body, by: actor)
    case .key(let name): return try await revokeKey(name, by: actor)
    case .keyRotation(let name): return try await rotateKey(name, body, by: actor)
    case .tokens: return try await createToken(body, by: actor)
    case .token(let name): return try await revokeToken(name, by: actor)
    case .budget(let name) where isDeletion: return try await removeBudget(name, by: actor)
    case .budget(let name): return try await setBudget(name, body, isPartial: method == .patch, by: actor)
    case .budgetRaise(let name): return try await raiseBudget(name, body, by: actor)
    case .simulate: return try await simulate(body)
    case .holdApproval(let id): return try await approveHold(id, body, by: actor)
    case .holdDenial(let id): return try await denyHold(id, body, by: actor)
    case .adjustments:
      let adjustment = try await queries.books.book(try AdjustmentBody.correction(body), actor.name)
      return .json(AdjustmentJSON.document(adjustment), status: 201)
    case .reprice:
      let query = try RepriceBody.query(body)
      let total = query.after == nil ? try await queries.books.repriceCount(query) : nil
      return .json(RepriceJSON.document(try await queries.books.reprice(query, actor.name), total: total))
    case .page, .metrics, .alive, .ready, .calls, .call, .runs, .anomalies, .reliability, .run, .summary, .audit,
      .budgets, .explain, .alerts,
      .receivers,
      .receiverTest, .holds, .hold, .holdPage, .openAPI:
      throw Problem(405, "Method not allowed", "This path can only be read.")
    }
  }
}
