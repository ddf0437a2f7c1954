internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import Logging
internal import Metering
internal import NIOCore
internal import Observability

/// What Hummingbird hands over with each request: the connection, which knows the peer.
struct ControlContext: InitializableFromSource {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Turns a request into a response: guard, method, body limit, route, and every error into a problem.
struct ControlResponder: HTTPResponder {
  let guardian: RequestGuard
  let endpoints: ControlEndpoints
  let configuration: ControlConfiguration
  let logger: Logger
  let failures: LogThrottle
  private let changes = ChangesUnderWay()

  func respond(to request: Request, context: ControlContext) async throws -> Response {
    let isHead = request.method == .head
    do {
      return try await answer(request, context).response(isHead: isHead)
    } catch let problem as Problem {
      return refused(problem, context, isHead: isHead)
    } catch let error as ParameterError {
      return ControlAnswer.problem(Problem(error)).response(isHead: isHead)
    } catch LedgerError.refused(let reason) {
      return ControlAnswer.problem(Problem(422, "Not changed", reason + ".")).response(isHead: isHead)
    } catch LedgerError.unknown(let reason) {
      return ControlAnswer.problem(Problem(404, "Not found", reason + ".")).response(isHead: isHead)
    } catch LedgerError.booking(let reason) {
      return ControlAnswer.problem(Problem(422, "Nothing was booked", reason + ".")).response(isHead: isHead)
    } catch {
      report(error, path: request.head.path ?? "")
      let problem = Problem(503, "Ledger unavailable", "The ledger could not answer; the log says why.")
      return ControlAnswer.problem(problem).response(isHead: isHead)
    }
  }

  private func answer(_ request: Request, _ context: ControlContext) async throws -> ControlAnswer {
    let target = request.head.path ?? ""
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = String(parts.first ?? "")
    let route = ControlRoute(path: path)
    let origin = RequestOrigin(request, channel: context.channel)
    let isHold = if case .holdPage? = route { true } else { false }
    // The page about a held call shows nothing of it to strangers, and asks for the token itself.
    let needsNoToken = route == .alive || route == .ready || isHold
    let isChange = request.method != .get && request.method != .head
    if let refusal = guardian.refusal(
      of: origin, isPage: route?.isPage == true && !isChange, isHealth: needsNoToken, role: route?.roleToRead ?? .viewer
    ) {
      throw refusal
    }
    guard let route else {
      throw Problem(404, "No such path", "There is nothing here; /api/v1/openapi.json lists what there is.")
    }
    guard route.methods.contains(request.method.rawValue) else {
      let methods = route.methods.joined(separator: ", ")
      var problem = Problem(405, "Method not allowed", "This path takes \(methods).")
      problem.allow = methods
      throw problem
    }
    if case .holdPage(let id) = route, isChange { return try await holdForm(id, request) }
    let isDeletion = request.method == .delete
    let actor =
      isChange
      ? try guardian.actor(
        changing: origin, contentType: request.headers[.contentType], role: route.roleToChange, hasBody: !isDeletion)
      : nil
    let body = try await body(of: request)
    let query = parts.count == 2 ? String(parts[1]) : ""
    return try await withDeadline(isChange: isChange) {
      if let actor {
        return try await endpoints.change(route, query: query, body: body, by: actor, method: request.method)
      }
      return try await endpoints.answer(
        route, query: query, accept: request.headers[.accept], isTrusted: guardian.isTrusted(origin))
    }
  }

  private func holdForm(_ id: String, _ request: Request) async throws -> ControlAnswer {
    try RequestGuard.checkForm(contentType: request.headers[.contentType])
    let body = try await body(of: request)
    return try await withDeadline(isChange: true) {
      try await endpoints.holdForm(id, body) { token, role throws(Problem) in
        try guardian.actor(typing: token, role: role)
      }
    }
  }

  /// The whole body. One that nothing asked for is read up to the limit too, so that the connection can go on.
  private func body(of request: Request) async throws -> [UInt8] {
    let tooLarge = Problem(413, "Body too large", "A request's body has at most \(configuration.bodyBytesMax) bytes.")
    if let length = request.headers[.contentLength].flatMap({ Int64($0) }), length > configuration.bodyBytesMax {
      throw tooLarge
    }
    let bytesMax = configuration.bodyBytesMax
    let seconds = configuration.requestBodyTimeoutSeconds
    let tooSlow = Problem(408, "Body too slow", "A request's body has \(seconds) seconds to arrive.")
    return try await first(within: seconds, else: tooSlow) {
      var bytes: [UInt8] = []
      for try await part in request.body {
        guard bytes.count + part.readableBytes <= bytesMax else { throw tooLarge }
        bytes.append(contentsOf: part.readableBytesView)
      }
      return bytes
    }
  }

  /// A refusal that may leave a body unread ends the connection.
  private func refused(_ problem: Problem, _ context: ControlContext, isHead: Bool) -> Response {
    var response = ControlAnswer.problem(problem).response(isHead: isHead)
    guard [401, 403, 405, 408, 413, 415].contains(problem.status) else { return response }
    response.headers[.connection] = "close"
    let channel = context.channel
    let bytes = isHead ? [] : problem.document()
    response.body = ResponseBody(contentLength: problem.document().count) { writer in
      if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
      try await writer.finish(nil)
      // Not at once: a reset while the client still sends would take the answer from it.
      channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }
    return response
  }

  /// A change goes on when its time is over: what has begun to be written is not given up half-way.
  private func withDeadline(
    isChange: Bool, _ answer: @escaping @Sendable () async throws -> ControlAnswer
  ) async throws -> ControlAnswer {
    let limit = configuration.answerTimeoutSeconds
    let advice = isChange ? "it may be made all the same, so look first" : "ask for less, by since, from and to"
    let tooSlow = Problem(503, "Too slow", "The answer took longer than \(limit) seconds; \(advice).")
    guard isChange else { return try await first(within: limit, else: tooSlow, answer) }
    guard changes.begin() else {
      throw Problem(503, "Too many changes", "As many changes are under way as may be; try again once some are made.")
    }
    let (outcomes, continuation) = AsyncStream.makeStream(of: Result<ControlAnswer, any Error>.self)
    Task { [changes] in
      defer { changes.end() }
      do {
        continuation.yield(.success(try await answer()))
      } catch {
        continuation.yield(.failure(error))
      }
      continuation.finish()
    }
    return try await first(within: limit, else: tooSlow) {
      for await outcome in outcomes { return try outcome.get() }
      throw CancellationError()
    }
  }

  private func first<T: Sendable>(
    within seconds: Int64, else problem: Problem, _ body: @escaping @Sendable () async throws -> T
  ) async throws -> T {
    try await withThrowingTaskGroup(of: T.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw problem
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }

  private func report(_ error: any Error, path: String) {
    let milliseconds = WallClock.now().unixMicroseconds / 1_000
    guard let suppressed = failures.admit(nowMilliseconds: milliseconds) else { return }
    logger.error(
      "the control plane could not answer", error: error,
      metadata: ["path": "\(path.prefix { $0 != "?" })", "suppressed": "\(suppressed)"])
  }
}
