import Dialects
import Metering
import Testing

private func read(_ operation: Dialects.Operation, _ body: String, streams: Bool? = false) -> RequestFacts {
  var reader = RequestReader(
    endpoint: Endpoint(dialect: .bedrock, operation: operation, model: "m-v1:0", streams: streams))
  reader.consume(Array(body.utf8).span.bytes)
  return reader.finish()
}

@Suite("Requests of Bedrock")
struct BedrockRequestTests {
  @Test("of Converse say model, limit, tier and tool results")
  func converse() {
    let facts = read(
      .converse,
      #"""
      {"messages":[{"role":"user","content":[{"text":"abc"},{"toolResult":{"toolUseId":"old","content":[]}}]},
       {"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"f","input":{"x":1}}},
        {"reasoningContent":{"reasoningText":{"text":"hm","signature":"AAAAAA"}}}]},
       {"role":"user","content":[{"toolResult":{"toolUseId":"t","status":"error","content":[{"text":"no"},{"json":{}}]}},
        {"toolResult":{"toolUseId":"u","status":"success","content":[{"image":{"source":{"bytes":"AAAA"}}}]}}]}],
       "system":[{"text":"sys"},{"cachePoint":{"type":"default"}}],"inferenceConfig":{"maxTokens":100,"temperature":0.1},
       "toolConfig":{"tools":[]},"serviceTier":{"type":"flex"},"performanceConfig":{"latency":"standard"}}
      """#, streams: true)
    #expect(facts.isComplete && !facts.isAmbiguous)
    #expect(facts.model == "m-v1:0")
    #expect(facts.wantsStream)
    #expect(facts.outputTokensMax == 100)
    #expect(facts.context.serviceTier == "flex")
    #expect(facts.context.speed == nil)
    #expect(facts.toolResults == 2)
    #expect(facts.toolResultErrors == 1)
    #expect(facts.promptTextBytes == 3 + 1 + 7 + 2 + 2 + 2 + 3 + 12)
  }

  @Test(
    "of InvokeModel say the same in each family's words",
    arguments: [
      (
        #"{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"system":"ab","messages":[{"role":"user","content":"c"}]}"#,
        9, 3
      ),
      (#"{"inputText":"abc","textGenerationConfig":{"maxTokenCount":9}}"#, 9, 3),
      (#"{"prompt":"abc","max_gen_len":9}"#, 9, 3), (#"{"prompt":"abc","max_tokens":9}"#, 9, 3),
      (#"{"prompt":"abc","max_tokens_to_sample":9}"#, 9, 3), (#"{"prompt":"abc","maxTokens":9}"#, 9, 3),
      (#"{"message":"abc","chat_history":[],"max_tokens":9}"#, 9, 5),
      (
        #"{"schemaVersion":"messages-v1","system":[{"text":"a"}],"messages":[{"role":"user","content":[{"text":"bc"}]}],"inferenceConfig":{"max_new_tokens":9}}"#,
        9, 3
      ),
      (#"{"messages":[{"role":"user","content":"abc"}],"max_completion_tokens":9}"#, 9, 3),
      (#"{"texts":["a","b"],"input_type":"search_document"}"#, nil, 9), (#"{"inputText":"abc"}"#, nil, 3),
    ] as [(String, Int64?, Int64)])
  func families(body: String, tokensMax: Int64?, bytes: Int64) {
    let facts = read(.invokeModel, body)
    #expect(facts.isComplete && !facts.isAmbiguous)
    #expect(facts.outputTokensMax == tokensMax)
    #expect(facts.promptTextBytes == bytes)
  }

  @Test("of InvokeModel have the tool results of Anthropic's and of OpenAI's shape")
  func toolResults() {
    let anthropic = read(
      .invokeModel,
      #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":"x"},{"type":"text","text":"y"}]}]}"#
    )
    #expect(anthropic.toolResults == 1 && anthropic.toolResultErrors == 1)
    let openAI = read(
      .invokeModel,
      #"{"messages":[{"role":"assistant","tool_calls":[{"id":"c"}]},{"role":"tool","content":"x"},{"role":"tool","content":"y"}]}"#
    )
    #expect(openAI.toolResults == 2)
  }

  @Test("of images say how many, how large and how good")
  func images() {
    let facts = read(
      .invokeModel,
      #"{"taskType":"TEXT_IMAGE","textToImageParams":{"text":"abc"},"imageGenerationConfig":{"numberOfImages":3,"height":512,"width":1024,"quality":"premium"}}"#
    )
    #expect(facts.choices == 3)
    #expect(facts.context.size == "1024x512")
    #expect(facts.context.quality == "premium")
    #expect(facts.promptTextBytes == 3)
  }

  @Test(
    "go to what the path names",
    arguments: [
      ("POST", "/model/us.anthropic.claude-x-v1%3A0/converse", .converse, "us.anthropic.claude-x-v1:0", false),
      ("POST", "/model/us.anthropic.claude-x-v1:0/converse-stream", .converse, "us.anthropic.claude-x-v1:0", true),
      ("POST", "/model/m/invoke", .invokeModel, "m", false),
      ("POST", "/model/m/invoke-with-response-stream", .invokeModel, "m", true),
      ("POST", "/model/m/count-tokens", .countTokens, "m", false),
      (
        "POST", "/model/arn%3aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.m/invoke", .invokeModel,
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.m", false
      ),
      (
        "POST", "/model/arn:aws:bedrock:us-east-1:1:inference-profile/us.m/converse", .converse,
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.m", false
      ),
      ("POST", "/model/50%25%zz%/invoke", .invokeModel, "50%%zz%", false),
      ("POST", "/model/%ff/invoke", .invokeModel, nil, false),
      ("GET", "/async-invoke", .management, nil, nil), ("GET", "/async-invoke/arn%3Aaws", .management, nil, nil),
    ] as [(String, String, Dialects.Operation, String?, Bool?)])
  func paths(method: String, path: String, operation: Dialects.Operation, model: String?, streams: Bool?) {
    for dialect in [Dialect.bedrock, nil] {
      #expect(
        Endpoint.recognise(method: method, path: path, dialect: dialect)
          == Endpoint(dialect: .bedrock, operation: operation, model: model, streams: streams))
    }
  }

  @Test(
    "are not told where Bedrock bills by units that it does not report, nor where the path is another's",
    arguments: [
      ("POST", "/async-invoke"), ("POST", "/guardrail/g/version/1/apply"), ("POST", "/model/invoke"),
      ("GET", "/model/m/invoke"), ("POST", "/model/m/invoke-with-bidirectional-stream"),
      ("POST", "/model//converse"),
    ])
  func otherPaths(method: String, path: String) {
    #expect(Endpoint.recognise(method: method, path: path, dialect: .bedrock) == nil)
  }

  @Test("in the shape of OpenAI or Anthropic are theirs")
  func compatible() {
    for (path, dialect) in [
      ("/openai/v1/chat/completions", .openai), ("/v1/responses", .openai), ("/openai/v1/responses", .openai),
      ("/anthropic/v1/messages", .anthropic),
    ] as [(String, Dialect)] {
      #expect(Endpoint.recognise(method: "POST", path: path, dialect: .bedrock)?.dialect == dialect)
    }
  }
}
