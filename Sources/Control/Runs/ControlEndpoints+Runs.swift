internal import Ledger

/// Runs.
extension ControlEndpoints {
  func runs(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try RunParameters.filter(parameters, now: now())
    let rows = try await queries.runs.page(filter)
    return .json(RunJSON.page(rows, next: rows.count >= filter.limit ? filter.offset + rows.count : nil))
  }

  func run(_ id: String) async throws -> ControlAnswer {
    guard let detail = try await queries.runs.detail(id) else {
      throw Problem(404, "No such run", "There is no run with that id; /api/v1/runs lists them.")
    }
    return .json(RunJSON.document(detail))
  }

  func anomalies(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try RunEventParameters.filter(parameters, now: now())
    let rows = try await queries.runs.events(filter)
    return .json(RunEventJSON.page(rows, next: rows.count >= filter.limit ? rows.last?.number : nil))
  }

  func reliability(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let query = try ReliabilityParameters.query(parameters, now: now())
    return .json(ReliabilityJSON.document(try await queries.runs.reliability(query)))
  }

  func releaseRun(_ id: String, _ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    let release = try RunReleaseBody.release(body, now: now())
    guard try await queries.runs.release(id, release, actor.name) else {
      throw Problem(
        404, "Nothing to release", "No run with that id goes on here, or there is no such guardrail with such a limit.")
    }
    return .json(RunReleaseBody.answer(id, release))
  }

  func endRun(_ id: String, _ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    try body.check(known: [])
    guard try await queries.runs.end(id, actor.name) else {
      throw Problem(404, "No such run", "No run with that id goes on; /api/v1/runs?state=live lists those that do.")
    }
    return try await run(id)
  }
}
