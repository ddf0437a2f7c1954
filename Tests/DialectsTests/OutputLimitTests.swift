import Dialects
import Testing

@Suite("A limit of the reply's tokens")
struct OutputLimitTests {
  /// A request, and what becomes of its body with a limit of 99; nil where none can be put in.
  struct Case: CustomTestStringConvertible, Sendable {
    var endpoint: Endpoint
    var body: String
    var limited: String?
    var testDescription: String { "\(endpoint.dialect) \(endpoint.operation) \(body)" }

    init(_ dialect: Dialect, _ operation: Dialects.Operation, _ body: String, _ limited: String?, model: String? = nil)
    {
      endpoint = Endpoint(dialect: dialect, operation: operation, model: model)
      self.body = body
      self.limited = limited
    }
  }

  static let chat: [Case] = [
    Case(.openai, .chatCompletions, #"{"model":"gpt-4o"}"#, #"{"max_tokens":99,"model":"gpt-4o"}"#),
    Case(.openai, .chatCompletions, #"{"model":"gpt-5.2"}"#, #"{"max_completion_tokens":99,"model":"gpt-5.2"}"#),
    Case(.openai, .chatCompletions, #"{"model":"o4-mini"}"#, #"{"max_completion_tokens":99,"model":"o4-mini"}"#),
    Case(
      .openai, .chatCompletions, #"{"model":"openai/gpt-5"}"#, #"{"max_completion_tokens":99,"model":"openai/gpt-5"}"#),
    Case(
      .openai, .chatCompletions, #"{"model":"ft:gpt-5:a::b"}"#, #"{"max_completion_tokens":99,"model":"ft:gpt-5:a::b"}"#
    ),
    Case(
      .openai, .chatCompletions, #"{"model":"openai/gpt-oss-120b"}"#,
      #"{"max_tokens":99,"model":"openai/gpt-oss-120b"}"#
    ),
    Case(.openai, .chatCompletions, #"{"model":"olmo-2"}"#, #"{"max_tokens":99,"model":"olmo-2"}"#),
    Case(.openai, .chatCompletions, #" { } "#, #" {"max_tokens":99 } "#),
    Case(.openai, .chatCompletions, #"{}"#, #"{"max_completion_tokens":99}"#, model: "our-deployment"),
    Case(.openai, .chatCompletions, #"{}"#, #"{"max_tokens":99}"#, model: "our-gpt-4o"),
    Case(.openai, .chatCompletions, #"{"max_tokens": 4096 ,"n":2}"#, #"{"max_tokens": 99 ,"n":2}"#),
    Case(.openai, .chatCompletions, #"{"max_tokens":-1}"#, #"{"max_tokens":99}"#),
    Case(.openai, .chatCompletions, #"{"max_completion_tokens":null}"#, #"{"max_completion_tokens":99}"#),
    Case(.openai, .chatCompletions, #"{"max_tokens":1e3}"#, #"{"max_tokens":99}"#),
    Case(
      .openai, .chatCompletions, #"{"metadata":{"max_tokens":"5"}}"#,
      #"{"max_tokens":99,"metadata":{"max_tokens":"5"}}"#),
    Case(.openai, .completions, #"{"prompt":"x"}"#, nil),
    Case(.openai, .completions, #"{"prompt":"x","max_tokens":500}"#, #"{"prompt":"x","max_tokens":99}"#),
    Case(.openai, .llamaCompletion, #"{"prompt":"x"}"#, #"{"n_predict":99,"prompt":"x"}"#),
    Case(.openai, .llamaCompletion, #"{"n_predict":-1}"#, #"{"n_predict":99}"#),
    Case(.openai, .embeddings, #"{"input":"x"}"#, nil),
    Case(.openai, .moderations, #"{"input":"x"}"#, nil),
    Case(.openai, .images, #"{"prompt":"x"}"#, nil),
    Case(.openai, .speech, #"{"input":"x"}"#, nil),
    Case(.mistral, .chatCompletions, #"{"model":"m"}"#, #"{"max_tokens":99,"model":"m"}"#),
    Case(.mistral, .ocr, #"{"model":"m"}"#, nil),
    Case(.mistral, .conversations, #"{"inputs":"x"}"#, nil),
    Case(
      .mistral, .conversations, #"{"completion_args":{"max_tokens":7}}"#, #"{"completion_args":{"max_tokens":99}}"#),
    Case(.gemini, .chatCompletions, #"{"model":"gemini-3"}"#, #"{"max_tokens":99,"model":"gemini-3"}"#),
    Case(.gemini, .chatCompletions, #"{"max_completion_tokens":5}"#, #"{"max_completion_tokens":99}"#),
  ]

  static let others: [Case] = [
    Case(.openai, .responses, #"{"model":"gpt-5"}"#, #"{"max_output_tokens":99,"model":"gpt-5"}"#),
    Case(.openai, .responses, #"{"max_output_tokens":123456}"#, #"{"max_output_tokens":99}"#),
    Case(.anthropic, .messages, #"{"max_tokens":64000,"model":"c"}"#, #"{"max_tokens":99,"model":"c"}"#),
    Case(.anthropic, .messages, #"{"model":"c"}"#, nil),
    Case(.anthropic, .legacyComplete, #"{"max_tokens_to_sample":5}"#, #"{"max_tokens_to_sample":99}"#),
    Case(.anthropic, .countTokens, #"{"model":"c"}"#, nil),
    Case(.gemini, .generateContent, #"{"contents":[]}"#, #"{"generationConfig":{"maxOutputTokens":99},"contents":[]}"#),
    Case(.gemini, .generateContent, #"{}"#, #"{"generationConfig":{"maxOutputTokens":99}}"#),
    Case(
      .gemini, .generateContent, #"{"generationConfig":{"topK":3}}"#,
      #"{"generationConfig":{"maxOutputTokens":99,"topK":3}}"#),
    Case(
      .gemini, .generateContent, #"{"generation_config": {} }"#, #"{"generation_config": {"maxOutputTokens":99} }"#),
    Case(.gemini, .generateContent, #"{"generationConfig":null}"#, #"{"generationConfig":{"maxOutputTokens":99}}"#),
    Case(
      .gemini, .generateContent, #"{"generation_config":{"max_output_tokens":"800"}}"#,
      #"{"generation_config":{"max_output_tokens":99}}"#),
    Case(.gemini, .generateContent, #"{"generationConfig":{},"generation_config":{}}"#, nil),
    Case(.gemini, .generateContent, #"{"generationConfig":[]}"#, nil),
    Case(.gemini, .countTokens, #"{"contents":[]}"#, nil),
    Case(.gemini, .embedContent, #"{"content":{}}"#, nil),
    Case(.gemini, .batchGenerateContent, #"{"batch":{}}"#, nil),
    Case(
      .gemini, .interactions, #"{"model":"m","input":"x"}"#,
      #"{"generation_config":{"max_output_tokens":99},"model":"m","input":"x"}"#),
    Case(.gemini, .interactions, #"{"agent":"deep-research","input":"x"}"#, nil),
    Case(.gemini, .decisions, #"{"model":"m"}"#, nil),
    Case(
      .bedrock, .converse, #"{"messages":[]}"#, #"{"inferenceConfig":{"maxTokens":99},"messages":[]}"#, model: "x"),
    Case(
      .bedrock, .converse, #"{"inferenceConfig":{"temperature":0}}"#,
      #"{"inferenceConfig":{"maxTokens":99,"temperature":0}}"#, model: "x"),
    Case(
      .bedrock, .converse, #"{"inferenceConfig":{"maxTokens":4}}"#, #"{"inferenceConfig":{"maxTokens":99}}"#, model: "x"
    ),
    Case(.bedrock, .invokeModel, #"{"prompt":"x"}"#, nil, model: "meta.llama3"),
    Case(.bedrock, .invokeModel, #"{"max_gen_len":512}"#, #"{"max_gen_len":99}"#, model: "meta.llama3"),
    Case(.bedrock, .countTokens, #"{"input":{}}"#, nil, model: "x"),
    Case(.cohere, .cohereChat, #"{"messages":[]}"#, #"{"max_tokens":99,"messages":[]}"#),
    Case(.cohere, .cohereChat, #"{"message":"x"}"#, #"{"max_tokens":99,"message":"x"}"#),
    Case(.cohere, .cohereChat, #"{"prompt":"x"}"#, nil),
    Case(.cohere, .cohereChat, #"{"prompt":"x","max_tokens":20}"#, #"{"prompt":"x","max_tokens":99}"#),
    Case(.cohere, .rerank, #"{"query":"x"}"#, nil),
    Case(.ollama, .ollamaChat, #"{"model":"m"}"#, #"{"options":{"num_predict":99},"model":"m"}"#),
    Case(.ollama, .ollamaGenerate, #"{"options":{"num_predict":-1}}"#, #"{"options":{"num_predict":99}}"#),
    Case(.ollama, .ollamaChat, #"{"options":{"seed":1}}"#, #"{"options":{"num_predict":99,"seed":1}}"#),
    Case(.ollama, .ollamaChat, #"{"options":null}"#, #"{"options":{"num_predict":99}}"#),
    Case(.ollama, .ollamaEmbed, #"{"model":"m"}"#, nil),
    Case(.mcp, .mcp, #"{"method":"tools/call"}"#, nil),
  ]

  @Test("is put in, or changed, where the API has it, and nothing else changes", arguments: chat + others)
  func splice(testCase: Case) {
    let bytes = Array(testCase.body.utf8)
    #expect(limited(bytes, testCase.endpoint, .whole) == testCase.limited)
    #expect(limited(bytes, testCase.endpoint, .bytes) == testCase.limited)
    for offset in 0...bytes.count { #expect(limited(bytes, testCase.endpoint, .at(offset)) == testCase.limited) }
  }

  @Test(
    "is left alone in a body that is ambiguous, incomplete, or has something else in its place",
    arguments: [
      #"{"max_tokens":1,"max_tokens":2}"#, #"{"max_tokens":1,"max_completion_tokens":2}"#,
      #"{"model":"a","model":"b"}"#, #"{"stream_options":{},"stream_options":{}}"#, #"{"model":"a""#, #"[]"#, #"7"#,
      #"{"max_tokens":"many"}"#, #"{"max_tokens":true}"#, #"{"max_tokens":[1]}"#, #"{"max_tokens":{}}"#, #"{}{}"#, "",
    ])
  func unclear(body: String) {
    let endpoint = Endpoint(dialect: .openai, operation: .chatCompletions)
    #expect(limited(Array(body.utf8), endpoint, .whole) == nil)
    #expect(limited(Array(body.utf8), endpoint, .bytes) == nil)
  }

  @Test("is not put in where a conversation is made shorter")
  func compaction() {
    let compact = Endpoint.recognise(method: "POST", path: "/v1/responses/compact", dialect: .openai)
    let create = Endpoint.recognise(method: "POST", path: "/v1/responses", dialect: .openai)
    #expect(compact?.isCompaction == true)
    #expect(create?.isCompaction == false)
    #expect(compact.map { read(#"{"model":"gpt-5"}"#, $0).outputLimitLocation == nil } == true)
  }

  @Test(
    "is read in any spelling",
    arguments: [
      (#"{"max_tokens":5,"max_completion_tokens":7}"#, 7), (#"{"max_tokens":8,"max_completion_tokens":7}"#, 8),
      (#"{"max_tokens":4096.0}"#, 4096), (#"{"max_tokens":1e3}"#, 1000), (#"{"max_tokens":-1}"#, nil),
      (#"{"max_tokens":null}"#, nil), (#"{"max_tokens":2.5}"#, nil),
    ] as [(String, Int64?)])
  func spelling(body: String, tokensMax: Int64?) {
    #expect(readRequest(.chatCompletions, body).outputTokensMax == tokensMax)
  }

  @Test("of zero is none where the API takes it so")
  func zero() {
    let ollama = Endpoint(dialect: .ollama, operation: .ollamaChat)
    let gemini = Endpoint(dialect: .gemini, operation: .generateContent, model: "m", streams: false)
    #expect(read(#"{"options":{"num_predict":0}}"#, ollama).outputTokensMax == nil)
    #expect(read(#"{"generationConfig":{"maxOutputTokens":0}}"#, gemini).outputTokensMax == nil)
  }

  @Test("holds for each text that is generated")
  func generations() {
    let chat = readRequest(.chatCompletions, #"{"n":3,"max_tokens":10}"#)
    #expect(chat.generations == 3)
    #expect(chat.outputTokensBound == 30)
    #expect(readRequest(.chatCompletions, #"{"n":3}"#).outputTokensBound == nil)
    #expect(readRequest(.chatCompletions, #"{"n":9000000000000000000,"max_tokens":10}"#).outputTokensBound == .max)
    for (prompt, prompts) in [
      (#""x""#, 1), (#"["x","y","z"]"#, 3), ("[1,2,3]", 1), ("[[1,2],[3]]", 2), (#"[[1],"x"]"#, 2), ("null", 1),
      ("[]", 1),
    ] as [(String, Int64)] {
      let facts = readRequest(.completions, #"{"prompt":\#(prompt),"n":2,"max_tokens":5}"#)
      #expect(facts.prompts == prompts, "\(prompt)")
      #expect(facts.outputTokensBound == 10 * prompts)
    }
  }

  @Test(
    "has a budget of thought beside it, where the request names one",
    arguments: [
      Case(.anthropic, .messages, #"{"thinking":{"type":"enabled","budget_tokens":2048}}"#, nil),
      Case(.anthropic, .messages, #"{"thinking":{"budget_tokens":2048.0,"type":"enabled"}}"#, nil),
      Case(.gemini, .generateContent, #"{"generationConfig":{"thinkingConfig":{"thinkingBudget":2048}}}"#, nil),
      Case(.gemini, .generateContent, #"{"generation_config":{"thinking_config":{"thinking_budget":"2048"}}}"#, nil),
      Case(.gemini, .chatCompletions, #"{"extra_body":{"google":{"thinking_config":{"thinking_budget":2048}}}}"#, nil),
      Case(
        .bedrock, .converse, #"{"additionalModelRequestFields":{"thinking":{"budget_tokens":2048}}}"#, nil, model: "x"),
      Case(
        .bedrock, .converse, #"{"additionalModelRequestFields":{"reasoning_config":{"budget_tokens":2048}}}"#, nil,
        model: "x"),
      Case(.bedrock, .invokeModel, #"{"thinking":{"budget_tokens":2048}}"#, nil, model: "x"),
      Case(.cohere, .cohereChat, #"{"thinking":{"token_budget":2048}}"#, nil),
      Case(.openai, .chatCompletions, #"{"reasoning":{"max_tokens":2048}}"#, nil),
      Case(.openai, .chatCompletions, #"{"thinking":{"budget_tokens":2048}}"#, nil),
      Case(.openai, .chatCompletions, #"{"thinking_budget":2048}"#, nil),
    ])
  func thinking(testCase: Case) {
    #expect(read(testCase.body, testCase.endpoint).thinkingTokensMax == 2048)
  }

  @Test("has none beside it where the model is to choose")
  func noThinking() {
    let gemini = Endpoint(dialect: .gemini, operation: .generateContent, model: "m", streams: false)
    #expect(read(#"{"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}}"#, gemini).thinkingTokensMax == nil)
    #expect(readRequest(.messages, #"{"thinking":{"type":"adaptive"}}"#).thinkingTokensMax == nil)
    #expect(readRequest(.messages, #"{"thinking":null}"#).thinkingTokensMax == nil)
  }

  // MARK: Reading

  private func read(_ body: String, _ endpoint: Endpoint) -> RequestFacts {
    facts(Array(body.utf8), endpoint, .whole)
  }

  private func facts(_ body: [UInt8], _ endpoint: Endpoint, _ cut: Cut) -> RequestFacts {
    var reader = RequestReader(endpoint: endpoint)
    for range in cut.ranges(of: body.count) { reader.consume(body.span.bytes.extracting(range)) }
    return reader.finish()
  }

  private func limited(_ body: [UInt8], _ endpoint: Endpoint, _ cut: Cut) -> String? {
    guard let location = facts(body, endpoint, cut).outputLimitLocation else { return nil }
    var bytes = body
    bytes.replaceSubrange(location.range, with: Array(location.text(tokensMax: 99).utf8))
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "has a name that whoever is called may not know",
    arguments: [
      (.openai, .chatCompletions, #"{"max_tokens":5}"#, .usual),
      (.openai, .chatCompletions, #"{"max_completion_tokens":5}"#, .completionTokens),
      (.openai, .chatCompletions, #"{"max_tokens":5,"max_completion_tokens":7}"#, .usual),
      (.openai, .chatCompletions, #"{"max_tokens":null,"max_completion_tokens":7}"#, .completionTokens),
      (.openai, .chatCompletions, #"{"n_predict":5}"#, .foreign),
      (.openai, .chatCompletions, #"{"completion_args":{"max_tokens":5}}"#, .foreign),
      (.openai, .llamaCompletion, #"{"n_predict":5}"#, .usual),
      (.mistral, .conversations, #"{"completion_args":{"max_tokens":5}}"#, .usual),
      (.bedrock, .converse, #"{"inferenceConfig":{"maxTokens":5}}"#, .usual),
      (.bedrock, .converse, #"{"inferenceConfig":{"max_tokens":5}}"#, .foreign),
      (.bedrock, .converse, #"{"maxTokens":5}"#, .foreign), (.bedrock, .converse, #"{"max_tokens":5}"#, .foreign),
      (.bedrock, .invokeModel, #"{"max_gen_len":5}"#, .usual), (.bedrock, .invokeModel, #"{"max_tokens":5}"#, .usual),
    ] as [(Dialect, Dialects.Operation, String, OutputLimitName)])
  func name(dialect: Dialect, operation: Dialects.Operation, body: String, name: OutputLimitName) {
    var reader = RequestReader(endpoint: Endpoint(dialect: dialect, operation: operation))
    reader.consume(Array(body.utf8).span.bytes)
    let facts = reader.finish()
    #expect(facts.outputTokensMax != nil && facts.outputLimitName == name)
    if name == .foreign { #expect(facts.outputLimitLocation == nil) }
  }

  @Test(
    "holds for each of the choices, however their number is written",
    arguments: [
      (#""n":10"#, 10), (#""n":1e1"#, 10), (#""n":10.0"#, 10), (#""n":"10""#, 10), (#""best_of":"5""#, 5),
      (#""n":null"#, 1),
    ] as [(String, Int64)])
  func choices(member: String, count: Int64) {
    let facts = readRequest(.completions, #"{"model":"m","prompt":"x","max_tokens":5,\#(member)}"#)
    #expect(facts.choices == count && !facts.isAmbiguous)
    #expect(readRequest(.completions, #"{"model":"m","prompt":"x","n":"many"}"#).isAmbiguous)
  }
}
