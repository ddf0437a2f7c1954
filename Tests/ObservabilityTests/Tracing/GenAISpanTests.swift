import Metering
import Testing

@testable import Observability

@Suite("Calls, tools and runs as spans of OpenTelemetry's GenAI conventions")
struct GenAISpanTests {
  private static let caller = TraceContext(traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
  private static let start = Timestamp(unixMicroseconds: 1_790_000_000_000_000)

  private func call(_ place: TracePlace = TracePlace(), outcome: Outcome = .ok) -> TracedCall {
    var call = TracedCall(
      id: CallID(rawValue: 77), place: place, operation: .chat, provider: "mistral", serverAddress: "api.mistral.ai",
      serverPort: 443, agent: "researcher", workflow: "nightly", startedAt: Self.start, outcome: outcome)
    call.durationMicroseconds = 2_000_000
    call.modelRequested = "mistral-large-latest"
    call.model = "mistral-large-2512"
    return call
  }

  private func tool(_ place: TracePlace, origin: TracedToolExecution.Origin = .inferred, error: String? = nil)
    -> TracedToolExecution
  {
    TracedToolExecution(
      call: CallID(rawValue: 77), index: 1, place: place, origin: origin, name: "search", toolCallID: "call_1",
      agent: "researcher", workflow: "nightly", run: "42", startedAt: Self.start,
      endedAt: Self.start.advanced(byMicroseconds: 5), error: error)
  }

  private func text(_ span: TraceSpan, _ key: AttributeKey) -> String? {
    guard case .text(let text)? = span.attributes[key] else { return nil }
    return text
  }

  @Test("A call is an inference span with what is known of it, and nothing that is not")
  func inference() {
    var call = call()
    call.isStream = true
    call.timeToFirstTokenMicroseconds = 250_000
    call.tokens = TracedTokens(input: 100, cacheRead: 60, cacheCreation: 10, output: 30, reasoning: 0)
    call.usageSource = .provider
    call.finishReason = "stop"
    call.costPicodollars = 1_234_500_000
    call.costSource = .priced
    call.status = 200
    let span = call.span
    #expect(span.name == "chat mistral-large-latest")
    #expect(span.kind == .client)
    #expect(span.status == .unset)
    #expect(span.endedAt.unixMicroseconds - span.startedAt.unixMicroseconds == 2_000_000)
    #expect(
      span.attributes.entries.map(\.key.rawValue).sorted() == [
        "gen_ai.agent.name", "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model",
        "gen_ai.request.stream", "gen_ai.response.finish_reasons", "gen_ai.response.model",
        "gen_ai.response.time_to_first_chunk", "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens",
        "http.response.status_code", "server.address", "server.port", "tollgate.billing", "tollgate.call.id",
        "tollgate.cost.source", "tollgate.cost_usd", "tollgate.outcome", "tollgate.provider", "tollgate.usage_source",
        "tollgate.workflow",
      ])
    #expect(text(span, .providerName) == "mistral_ai")
    #expect(text(span, .costUSD) == "0.0012345")
    #expect(span.attributes[.responseTimeToFirstChunk] == .double(0.25))
    #expect(span.attributes[.inputTokens] == .integer(100))
    #expect(span.attributes[.responseFinishReasons] == .texts(["stop"]))
  }

  @Test("The conventions' tokens include where Tollgate's cells are disjoint")
  func tokens() {
    var usage = Usage()
    for (index, cell) in [
      UsageCell.input, .inputAudio, .cachedInput, .cachedInputImage, .cacheWrite5m, .cacheWrite1h, .output, .reasoning,
      .outputAudio, .webSearch,
    ].enumerated() { usage[cell] = 1 << Int64(index) }
    #expect(
      TracedTokens(usage)
        == TracedTokens(
          input: 0b111111, cacheRead: 0b1100, cacheCreation: 0b110000, output: 0b1_1100_0000, reasoning: 128))
  }

  @Test(
    "A failed call says why, by its code, else its status, else how it ended",
    arguments: [
      ("overloaded_error", 529, Outcome.upstreamError, "overloaded_error"), (nil, 404, .clientError, "404"),
      (nil, 200, .aborted, "aborted"), (nil, 0, .timeout, "timeout"),
      ("budget_exhausted", 402, .denied, "budget_exhausted"),
    ] as [(String?, Int, Outcome, String)])
  func errors(code: String?, status: Int, outcome: Outcome, expected: String) {
    var call = call(outcome: outcome)
    call.error = code
    call.status = status
    #expect(text(call.span, .errorType) == expected)
    #expect(call.span.status == .error)
    #expect((call.span.attributes[.responseModel] == nil) == (outcome == .denied))
  }

  @Test(
    "A provider has the conventions' name by its host, else by its own, else the operator's",
    arguments: [
      ("openai", "api.openai.com", "openai"), ("prod", "api.openai.com", "openai"),
      ("azure", "my.openai.azure.com", "azure.ai.openai"), ("openai", "10.0.0.5", "openai"),
      ("vertex", "us-central1-aiplatform.googleapis.com", "gcp.vertex_ai"),
      ("vertex", "aiplatform.eu.rep.googleapis.com", "gcp.vertex_ai"),
      ("g", "generativelanguage.googleapis.com", "gcp.gemini"),
      ("b", "bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"), ("xai", "api.x.ai", "x_ai"),
      ("local", "127.0.0.1", "local"), ("evil", "notapi.openai.com.example", "evil"),
      ("evil", "fakeapi.openai.com", "evil"), ("groq", "api.groq.com", "groq"),
    ])
  func providers(provider: String, host: String, expected: String) {
    #expect(GenAIProvider.name(of: provider, host: host) == expected)
  }

  @Test("A call with traceparent stands below its caller's span, with a link to its run; without, below its run")
  func places() throws {
    let caller = try #require(Self.caller)
    let run = TracedRunPlace(root: "run/42", isTold: true)
    let joined = call(TracePlace(caller: caller, run: run)).span
    #expect(joined.traceID == caller.traceID)
    #expect(joined.parent == SpanParent(caller.spanID, isRemote: true))
    #expect(
      joined.links == [SpanLink(traceID: TraceID(ofRun: "run/42"), spanID: SpanID(ofAgent: "run/42", run: "run/42"))])

    let own = call(TracePlace(run: run)).span
    #expect(own.traceID == TraceID(ofRun: "run/42"))
    #expect(own.parent == SpanParent(SpanID(ofAgent: "run/42", run: "run/42")))
    #expect(own.links.isEmpty)

    let agent = call(TracePlace(run: TracedRunPlace(root: "run/42", agent: "sub", isTold: true))).span
    #expect(agent.traceID == own.traceID)
    #expect(agent.parent == SpanParent(SpanID(ofAgent: "sub", run: "run/42")))

    let untold = call(TracePlace(run: TracedRunPlace(root: "run/42", isTold: false))).span
    #expect(untold.traceID == own.traceID)
    #expect(untold.parent == nil)

    let alone = call().span
    #expect(alone.traceID == TraceID(ofCall: 77))
    #expect(alone.parent == nil)

    let inCallers = TracedRunPlace(root: "run/42", joined: caller, isTold: true)
    #expect(call(TracePlace(caller: caller, run: inCallers)).span.links.isEmpty)
    #expect(call(TracePlace(run: inCallers)).span.traceID == caller.traceID)
  }

  @Test("An inferred tool is its agent's, linked to the call that asked; in a caller's trace it stands below that call")
  func inferredTools() throws {
    let run = TracedRunPlace(root: "run/42", isTold: true)
    let own = tool(TracePlace(run: run)).span
    #expect(own.name == "execute_tool search")
    #expect(own.kind == .internal)
    #expect(own.parent == SpanParent(SpanID(ofAgent: "run/42", run: "run/42")))
    #expect(own.links == [SpanLink(traceID: own.traceID, spanID: SpanID(ofCall: 77))])
    #expect(text(own, .operationName) == "execute_tool")
    #expect(text(own, .toolName) == "search")
    #expect(text(own, .toolCallID) == "call_1")
    #expect(text(own, .toolType) == "function")
    #expect(own.attributes[.isInferred] == .flag(true))

    let caller = try #require(Self.caller)
    for place in [
      TracePlace(caller: caller, run: run), TracePlace(run: TracedRunPlace(root: "r", isTold: false)), TracePlace(),
    ] {
      let span = tool(place, error: TracedToolExecution.toolError).span
      #expect(span.traceID == call(place).span.traceID)
      #expect(span.parent == SpanParent(SpanID(ofCall: 77)))
      #expect(span.status == .error)
      #expect(text(span, .errorType) == "tool_error")
    }
  }

  @Test("A tool that was served is MCP's client span, where a call would stand")
  func servedTools() {
    let place = TracePlace(caller: Self.caller)
    let span = tool(place, origin: .served(provider: "deepwiki", address: "mcp.deepwiki.com", port: 443)).span
    #expect(span.name == "tools/call search")
    #expect(span.kind == .client)
    #expect(span.parent == place.parent)
    #expect(text(span, .mcpMethodName) == "tools/call")
    #expect(text(span, .operationName) == "execute_tool")
    #expect(text(span, .serverAddress) == "mcp.deepwiki.com")
    #expect(span.attributes[.isInferred] == nil)
  }

  @Test("A run is the span that its calls name as their parent, an agent is one below it")
  func runs() throws {
    var run = TracedRun(
      place: TracedRunPlace(root: "run/42", isTold: true), agent: "researcher", workflow: "nightly", run: "42",
      startedAt: Self.start, endedAt: Self.start.advanced(byMicroseconds: 9), outcome: "ok")
    run.llmCalls = 3
    run.costPicodollars = 200_000_000_000_000
    let root = run.span
    #expect(root.name == "invoke_agent researcher")
    #expect(root.kind == .internal)
    #expect(root.parent == nil)
    #expect(call(TracePlace(run: run.place)).span.parent?.spanID == root.spanID)
    #expect(text(root, .costUSD) == "200")
    #expect(root.attributes[.runLLMCalls] == .integer(3))
    #expect(text(root, .providerName) == "tollgate")

    run.place.agent = "sub"
    run.parent = "run/42"
    #expect(run.span.traceID == root.traceID)
    #expect(run.span.parent == SpanParent(root.spanID))

    let caller = try #require(Self.caller)
    run = TracedRun(
      place: TracedRunPlace(root: "run/43", joined: caller, isTold: true), agent: "a", workflow: "w", run: "43",
      startedAt: Self.start, endedAt: Self.start, outcome: "ok")
    run.error = "unanswered_tool"
    #expect(run.span.traceID == caller.traceID)
    #expect(run.span.parent == SpanParent(caller.spanID, isRemote: true))
    #expect(run.span.status == .error)
  }
}
