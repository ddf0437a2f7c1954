import Metering
import Synchronization

/// An LLM endpoint that understands OpenAI's and Anthropic's APIs and makes its replies up. The counts that it reports are
/// those of what it received and sent, a token being four bytes.
///
/// The same seed gives the same words, tool calls and errors to the same requests.
final class SimulatedEndpoint: Sendable {
  struct Options: Sendable {
    var seed: UInt64 = 1
    /// How many of a thousand calls fail with 429 or 529, as overloaded providers do.
    var errorsPerThousand = 0
  }

  private struct State {
    var cache = PromptCache()
    var replies: UInt64 = 0
    /// How often each request came, so that a retry of a call that failed can succeed.
    var attempts: [UInt64: UInt64] = [:]
  }

  private static let attemptsMax = 100_000

  private let options: Options
  private let now: @Sendable () -> Timestamp
  private let state = Mutex(State())

  init(options: Options, now: @escaping @Sendable () -> Timestamp) {
    self.options = options
    self.now = now
  }

  /// Answers a request.
  ///
  /// - Parameter path: with or without query.
  func reply(method: String, path: String, isAnthropic: Bool, body: [UInt8]) -> SimulatedReply {
    let path = path.prefix { $0 != "?" }
    guard let api = SimulatedAPI(method: method, path: String(path)) else {
      let refusal = SimulatedRefusal(status: 404, type: "not_found_error", message: "Unknown path: \(path)")
      return SimulatedErrors.reply(refusal, isAnthropic: isAnthropic)
    }
    do throws(SimulatedRefusal) {
      return try reply(api, isAnthropic: isAnthropic, body: body)
    } catch {
      return SimulatedErrors.reply(error, isAnthropic: api.isAnthropic)
    }
  }

  private func reply(_ api: SimulatedAPI, isAnthropic: Bool, body: [UInt8]) throws(SimulatedRefusal) -> SimulatedReply {
    if api == .models { return .json(SimulatedModels.list(isAnthropic: isAnthropic)) }
    guard let json = JSONValue.parse(body), case .object = json else {
      throw .invalid("We could not parse the JSON body of your request.")
    }
    switch api {
    case .chatCompletions:
      let plan = try plan(SimulatedRequest(chat: json), body: body, api: api, prefix: "chatcmpl-", call: "call_")
      return reply(
        plan, json["stream"], ChatCompletionsFormat.events, ChatCompletionsFormat.whole, headers: openAI(plan))
    case .completions:
      let plan = try plan(SimulatedRequest(completion: json), body: body, api: api, prefix: "cmpl-", call: "call_")
      return reply(plan, json["stream"], CompletionsFormat.events, CompletionsFormat.whole, headers: openAI(plan))
    case .responses:
      let plan = try plan(SimulatedRequest(responses: json), body: body, api: api, prefix: "resp_", call: "call_")
      return reply(plan, json["stream"], ResponsesFormat.events, ResponsesFormat.whole, headers: openAI(plan))
    case .messages:
      let plan = try plan(SimulatedRequest(messages: json), body: body, api: api, prefix: "msg_", call: "toolu_")
      return reply(plan, json["stream"], MessagesFormat.events, MessagesFormat.whole, headers: anthropic(plan))
    case .countTokens:
      let request = try SimulatedRequest(messages: json, needsLimit: false)
      let tokens = request.blocks.reduce(0) { $0 + PromptCache.tokens($1.text) }
      return .json(["input_tokens": .count(tokens)])
    case .embeddings: return .json(try SimulatedEmbeddings.reply(json, seed: options.seed))
    case .models: return .json(SimulatedModels.list(isAnthropic: isAnthropic))
    }
  }

  private func reply(
    _ plan: ReplyPlan, _ stream: JSONValue, _ events: (ReplyPlan) -> [String], _ whole: (ReplyPlan) -> JSONValue,
    headers: [(name: String, value: String)]
  ) -> SimulatedReply {
    stream.boolValue == true ? .events(events(plan), headers: headers) : .json(whole(plan), headers: headers)
  }

  private func plan(
    _ request: SimulatedRequest, body: [UInt8], api: SimulatedAPI, prefix: String, call: String
  ) throws(SimulatedRefusal) -> ReplyPlan {
    let (number, attempt, digest) = arrival(of: body)
    if fails(digest: digest, attempt: attempt) { throw SimulatedErrors.overload(isAnthropic: api.isAnthropic) }
    let prompt = state.withLock { $0.cache.count(request, writes: api.isAnthropic) }
    var plan = ReplyPlan(
      id: prefix + identifier(number, 0), requestID: "req_" + identifier(number, 1),
      createdSeconds: now().unixMicroseconds / 1_000_000, model: SimulatedModels.answering(request.model),
      prompt: prompt)
    plan.wantsStreamUsage = request.wantsStreamUsage
    var calls: UInt64 = 1
    SimulatedModel(seed: options.seed).complete(&plan, for: request) {
      calls += 1
      return call + identifier(number, calls)
    }
    return plan
  }

  private func arrival(of body: [UInt8]) -> (number: UInt64, attempt: UInt64, digest: UInt64) {
    var hash = StableHash()
    hash.add(String(decoding: body, as: UTF8.self))
    let digest = hash.value
    return state.withLock { state in
      if state.attempts.count >= Self.attemptsMax { state.attempts.removeAll() }
      state.replies += 1
      state.attempts[digest, default: 0] += 1
      return (state.replies, state.attempts[digest] ?? 1, digest)
    }
  }

  private func fails(digest: UInt64, attempt: UInt64) -> Bool {
    var random = SeededRandom(seed: options.seed ^ digest ^ attempt)
    return Int.random(in: 0..<1000, using: &random) < options.errorsPerThousand
  }

  /// 24 letters and digits that no other reply of this process has.
  private func identifier(_ number: UInt64, _ part: UInt64) -> String {
    var random = SeededRandom(seed: options.seed &+ number &* 1_000_003 &+ part)
    let digits = String(random.next(), radix: 36) + String(random.next(), radix: 36)
    return String((digits + String(repeating: "0", count: 24)).prefix(24))
  }

  private func openAI(_ plan: ReplyPlan) -> [(name: String, value: String)] {
    [
      ("x-request-id", plan.requestID), ("openai-organization", "org-simulated"), ("openai-project", "proj_simulated"),
      ("openai-version", "2020-10-01"), ("openai-processing-ms", "5"),
    ]
  }

  private func anthropic(_ plan: ReplyPlan) -> [(name: String, value: String)] {
    [("request-id", plan.requestID), ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000")]
  }
}
