internal import HTTPTypes
internal import Ledger
internal import Logging
internal import Metering
internal import Observability

/// What each route answers.
struct ControlEndpoints: Sendable {
  let queries: ControlQueries
  let metrics: MetricsRegistry
  let readiness: @Sendable () -> Readiness
  let version: String
  let now: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - accept: the header of that name.
  ///   - isTrusted: whether the sender may read more than whether Tollgate works.
  func answer(_ route: ControlRoute, query: String, accept: String?, isTrusted: Bool) async throws -> ControlAnswer {
    let parameters = try parameters(of: route, query)
    switch route {
    case .page:
      return ControlAnswer(contentType: "text/html; charset=utf-8", body: ControlPage.document(version: version))
    case .metrics:
      let format = ExpositionFormat.negotiated(accept: accept)
      return ControlAnswer(
        contentType: format.contentType, body: metrics.expose(format), headers: [(.vary, "accept")])
    case .alive: return .json(status("ok"))
    case .ready: return ready(isTrusted: isTrusted)
    case .calls: return try await calls(parameters)
    case .call(let id): return try await call(id)
    case .runs: return try await runs(parameters)
    case .run(let id): return try await run(id)
    case .anomalies: return try await anomalies(parameters)
    case .reliability: return try await reliability(parameters)
    case .summary: return try await summary(parameters)
    case .adjustments: return try await adjustments(parameters)
    case .keys: return try await keys()
    case .tokens: return try await tokens()
    case .audit: return try await audit(parameters)
    case .budgets: return budgets()
    case .budget(let name): return try budget(name)
    case .explain: return try explain(parameters)
    case .alerts: return try await alerts(parameters)
    case .receivers: return receivers()
    case .holds: return try await holds(parameters)
    case .hold(let id): return try await hold(id)
    case .holdPage(let id): return try await holdPage(id, isTrusted: isTrusted)
    case .reprice, .runEnd, .runRelease, .key, .keyRotation, .token, .budgetRaise, .simulate, .receiverTest, .redeliver,
      .holdApproval,
      .holdDenial:
      throw Problem(405, "Method not allowed", "This path takes \(route.methods.joined(separator: ", ")).")
    case .openAPI: return .json(OpenAPIDocument.document(version: version))
    }
  }

  private func parameters(of route: ControlRoute, _ query: String) throws -> QueryParameters {
    // What probes and scrapers add is not worth failing for; a filter that is misspelt is.
    switch route {
    case .page, .metrics, .alive, .ready, .holdPage, .openAPI: try QueryParameters("", known: [])
    case .calls, .call, .runs, .run, .runEnd, .runRelease, .anomalies, .reliability, .summary, .adjustments, .reprice,
      .keys, .key,
      .keyRotation, .tokens, .token,
      .audit, .budgets,
      .budget, .budgetRaise, .explain, .simulate, .alerts, .receivers, .receiverTest, .redeliver, .holds, .hold,
      .holdApproval, .holdDenial:
      try QueryParameters(query, known: route.parameters)
    }
  }

  private func ready(isTrusted: Bool) -> ControlAnswer {
    switch readiness() {
    case .ready: return .json(status("ready"))
    case .notReady(let reason):
      return .problem(
        Problem(503, "Not ready", isTrusted ? reason : "The reason is shown on the machine itself, or with the token."))
    }
  }

  private func calls(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try CallQuery.filter(parameters, now: now())
    let rows = try await queries.calls(filter)
    let next = rows.count >= filter.limit ? rows.last?.id : nil
    let adjustments = try await queries.books.adjustmentsOfCalls(rows.map(\.id))
    return .json(CallJSON.page(rows, adjustments: adjustments, next: next))
  }

  private func call(_ text: String) async throws -> ControlAnswer {
    guard let id = CallID(text), let call = try await queries.call(id) else {
      throw Problem(
        404, "No such call", "There is no call with that id. A call's id is the header x-tollgate-call of its reply.")
    }
    let adjustments = try await queries.books.adjustmentsOfCalls([id])
    let detail = CallJSON.Detail(
      tools: try await queries.runs.toolsOfCall(id), events: try await queries.runs.eventsOfCall(id))
    return .json(CallJSON.document(call, adjustments: adjustments[id] ?? [], detail: detail))
  }

  private func summary(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let query = try SummaryQuery(parameters, now: now())
    return .json(SummaryJSON.page(try await queries.summary(query.by, query.range), by: query.by))
  }

  private func status(_ text: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { $0.member("status", text) }
    return writer.bytes
  }
}
