import Dialects
import Metering
import Testing
import Tokenizers

@Suite("The bound of a prompt")
struct PromptBoundTests {
  @Test("is at least what the body's text is in tokens, and does not count what is no text")
  func text() {
    let text = String(repeating: "The night job reads. ", count: 50)
    let image = String(repeating: "A", count: 200_000)
    let body = #"""
      {"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"\#(text)"},
      {"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlhIANYAgAA\#(image)"}}]}]}
      """#
    let facts = readRequest(.chatCompletions, body)
    #expect(facts.media == [.image(width: 800, height: 600)] && facts.mediaWrittenBytes > 200_000)
    let bound = facts.promptTokensBound(family: .o200k) ?? 0
    #expect(bound >= 200 + 765 && bound < 2_500, "\(bound)")
    #expect(facts.mediaTokensExpected(family: .o200k) == 765)
  }

  @Test("counts what a provider writes anew three times")
  func rendered() {
    let plain = readRequest(.chatCompletions, #"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}"#)
    let tools = #"[{"type":"function","function":{"name":"f"}}]"#
    let withTools = readRequest(
      .chatCompletions, #"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"tools":\#(tools)}"#)
    let more = Int64(#","tools":"#.utf8.count + 3 * tools.utf8.count)
    let bounds = [plain, withTools].map { $0.promptTokensBound(family: .o200k) ?? 0 }
    #expect(bounds[1] - bounds[0] == more)
  }

  @Test("of Claude rests on capitals and bytes beyond ASCII")
  func claude() {
    let facts = readRequest(
      .messages,
      #"{"model":"claude-opus-4-8","max_tokens":9,"messages":[{"role":"user","content":"QQQQQQQQQQ \u00e9é"}]}"#)
    #expect(facts.promptCensus?.capitals == 10 && facts.promptCensus?.unicodeEscapes == 1)
    #expect(facts.promptTokensBound(family: .claude47) ?? 0 > 64 + 20 + 18)
  }

  @Test("is none where another model may answer, or more than one reply is billed")
  func otherModels() {
    func bound(_ operation: Dialects.Operation, _ member: String) -> Int64? {
      let input = operation == .responses ? #""input":"hi""# : #""messages":[{"role":"user","content":"hi"}]"#
      return readRequest(operation, #"{"model":"m","max_tokens":9,\#(input),\#(member)}"#).promptTokensBound(
        family: .o200k)
    }
    for operation in [Operation.chatCompletions, .responses, .messages] {
      #expect(bound(operation, #""models":["cheap","dear"]"#) == nil, "\(operation)")
      #expect(bound(operation, #""models":null"#) != nil, "\(operation)")
    }
    #expect(bound(.chatCompletions, #""data_sources":[{"type":"azure_search"}]"#) == nil)
    #expect(bound(.responses, #""background":true"#) == nil)
    #expect(bound(.responses, #""background":false"#) != nil)
    #expect(bound(.messages, #""context_management":{"edits":[{"type":"compact_20260112"}]}"#) == nil)
    #expect(bound(.messages, #""context_management":{"edits":[{"type":"clear_thinking_20251015"}]}"#) != nil)
  }

  @Test("is none where the provider keeps or fetches a part of the prompt")
  func none() {
    let bodies = [
      #"{"model":"gpt-5","input":"go on","previous_response_id":"resp_1"}"#,
      #"{"model":"gpt-5","input":"go on","conversation":{"id":"conv_1"}}"#,
      #"{"model":"gpt-5","input":[{"role":"user","content":[{"type":"input_image","image_url":"https://x.y/z.png"}]}]}"#,
      #"{"model":"gpt-5","input":[{"role":"user","content":[{"type":"input_file","file_id":"file-1"}]}]}"#,
    ]
    let search = #"{"model":"gpt-5","input":"go","tools":[{"type":"function","name":"f"},{"type":"web_search"}]}"#
    #expect(readRequest(.responses, search).promptTokensBound(family: .o200k) == nil)
    // Protocol buffers take one thing for a list of one.
    for tools in [#"[{"googleSearch":{}}]"#, #"{"google_search":{}}"#] {
      let gemini = Array(#"{"contents":[{"parts":[{"text":"hi"}]}],"tools":\#(tools)}"#.utf8)
      var reader = RequestReader(endpoint: Endpoint(dialect: .gemini, operation: .generateContent, model: "gemini-3"))
      reader.consume(gemini.span.bytes)
      #expect(reader.finish().promptTokensBound(family: .gemma) == nil, "\(tools)")
    }
    for body in bodies { #expect(readRequest(.responses, body).promptTokensBound(family: .o200k) == nil, "\(body)") }
    let null = #"{"model":"gpt-5","input":"hello","previous_response_id":null,"conversation":null}"#
    #expect(readRequest(.responses, null).promptTokensBound(family: .o200k) != nil)
  }

  /// Requests that hand over, name or look up what their bytes do not show.
  @Test(
    "is none where something becomes prompt that is not told apart",
    arguments: [
      (.openai, .chatCompletions, #"{"messages":[{"content":[{"type":"hologram","hologram":"x"}]}]}"#),
      (.openai, .chatCompletions, #"{"messages":[{"content":[{"type":"file","file":{"file_id":"f"}}]}]}"#),
      (.openai, .chatCompletions, #"{"messages":[{"role":"assistant","audio":{"id":"audio_1"}}]}"#),
      (.openai, .chatCompletions, #"{"model":"gpt-4o-search-preview","messages":[]}"#),
      (.openai, .chatCompletions, #"{"model":"openai/gpt-5:online","messages":[]}"#),
      (.openai, .chatCompletions, #"{"model":"groq/compound","messages":[]}"#),
      (.openai, .chatCompletions, #"{"messages":[],"search_parameters":{"mode":"auto"}}"#),
      (.openai, .chatCompletions, #"{"messages":[],"enable_search":true}"#),
      (.openai, .chatCompletions, #"{"messages":[]"#),
      (.openai, .responses, #"{"input":[{"type":"item_reference","id":"i"}]}"#),
      (.openai, .responses, #"{"input":[{"id":"i","type":"reasoning","summary":[]}]}"#),
      (.openai, .responses, #"{"input":[{"type":"web_search_call","id":"ws"}]}"#),
      (.openai, .responses, #"{"input":[{"type":"newest_call","id":"n"}]}"#),
      (.openai, .responses, #"{"input":[{"type":"computer_call_output","output":{"image_url":"https://x/y"}}]}"#),
      (.openai, .images, #"{"prompt":"x"}"#), (.openai, .assistantRun, #"{"assistant_id":"a"}"#),
      (.openai, .decisions, #"{"input":"x"}"#), (.mistral, .conversations, #"{"inputs":"x"}"#),
      (.mistral, .chatCompletions, #"{"agent_id":"a","messages":[]}"#),
      (.mistral, .chatCompletions, #"{"messages":[{"content":[{"type":"document_url","document_url":"https://x"}]}]}"#),
      (.anthropic, .messages, #"{"messages":[{"content":[{"type":"container_upload","file_id":"f"}]}]}"#),
      (.anthropic, .messages, #"{"messages":[{"content":[{"type":"web_fetch_tool_result","content":{}}]}]}"#),
      (
        .anthropic, .messages,
        #"{"messages":[{"content":[{"type":"document","citations":{"enabled":true},"source":{"type":"text","data":"a"}}]}]}"#
      ),
      (.gemini, .generateContent, #"{"contents":[],"cachedContent":"cachedContents/c"}"#),
      (.gemini, .generateContent, #"{"contents":[{"parts":[{"fileData":{"fileUri":"gs://a/b"}}]}]}"#),
      (.gemini, .generateContent, #"{"contents":[{"parts":[{"inline_data":{"data":"AAAAAAAAAAAAAAAA"}}]}]}"#),
      (.gemini, .generateContent, #"{"contents":[],"tools":[{"computerUse":{}}]}"#),
      (.gemini, .predict, #"{"instances":[{"content":"x"}]}"#),
      (.gemini, .interactions, #"{"model":"m","previous_interaction_id":"i","input":"x"}"#),
      (.gemini, .interactions, #"{"agent":"a","input":"x"}"#),
      (.gemini, .interactions, #"{"model":"m","input":[{"type":"document","uri":"https://x"}]}"#),
      (.gemini, .interactions, #"{"model":"m","input":[{"type":"google_search_result"}]}"#),
      (.bedrock, .converse, #"{"messages":[{"content":[{"image":{"source":{"s3Location":{"uri":"s3://b/k"}}}}]}]}"#),
      (.bedrock, .converse, #"{"messages":[{"content":[{"document":{"source":{"bytes":"JVBERi0xLjcKAAAA"}}}]}]}"#),
      (.bedrock, .converse, #"{"messages":[],"toolConfig":{"tools":[{"systemTool":{"name":"nova_grounding"}}]}}"#),
      (.bedrock, .converse, #"{"messages":[],"promptVariables":{"a":{"text":"b"}}}"#),
      (.bedrock, .invokeModel, #"{"singleEmbeddingParams":{"image":{}}}"#),
      (.cohere, .cohereChat, #"{"message":"x","connectors":[{"id":"web-search"}]}"#),
      (.cohere, .cohereChat, #"{"messages":[{"content":[{"type":"image_url","image_url":{"url":"https://x"}}]}]}"#),
      (.cohere, .cohereEmbed, #"{"images":["data:image/png;base64,AAAA"]}"#),
      (.ollama, .ollamaChat, #"{"messages":[{"role":"user","images":["AAAAAAAAAAAA"]}]}"#),
      (.ollama, .ollamaGenerate, #"{"prompt":"x","images":["AAAAAAAAAAAA"]}"#),
    ] as [(Dialect, Dialects.Operation, String)])
  func untold(dialect: Dialect, operation: Dialects.Operation, body: String) {
    let facts = read(body, Endpoint(dialect: dialect, operation: operation))
    for family in TokenizerFamily.allCases { #expect(facts.promptTokensBound(family: family) == nil) }
  }

  @Test(
    "stands where all of the prompt is in the body",
    arguments: [
      (.openai, .chatCompletions, #"{"messages":[{"content":[{"type":"text","text":"a"}]}],"enable_search":false}"#),
      (.openai, .completions, #"{"prompt":"a"}"#), (.openai, .embeddings, #"{"input":[1,2]}"#),
      (.openai, .responses, #"{"input":[{"type":"reasoning","summary":[],"encrypted_content":"AAAA"}]}"#),
      (.openai, .responses, #"{"input":[{"type":"function_call_output","call_id":"c","output":"x"}]}"#),
      (.anthropic, .messages, #"{"messages":[{"content":[{"type":"search_result","content":[{"text":"x"}]}]}]}"#),
      (.anthropic, .legacyComplete, #"{"prompt":"a"}"#),
      (.gemini, .generateContent, #"{"contents":[{"parts":[{"text":"a"}]}]}"#),
      (
        .gemini, .interactions, #"{"model":"m","input":[{"type":"user_input","content":[{"type":"text","text":"x"}]}]}"#
      ),
      (.bedrock, .converse, #"{"messages":[{"content":[{"text":"a"}]}]}"#),
      (.bedrock, .invokeModel, #"{"prompt":"a"}"#), (.cohere, .cohereChat, #"{"message":"x"}"#),
      (.ollama, .ollamaChat, #"{"messages":[{"role":"user","content":"x"}]}"#),
    ] as [(Dialect, Dialects.Operation, String)])
  func told(dialect: Dialect, operation: Dialects.Operation, body: String) {
    let facts = read(body, Endpoint(dialect: dialect, operation: operation))
    for family in TokenizerFamily.allCases { #expect(facts.promptTokensBound(family: family) ?? 0 > 1) }
  }

  @Test("counts an image for what it can be, in every dialect")
  func images() {
    let data = "R0lGODlhIANYAgAA" + String(repeating: "A", count: 20_000)
    let bodies: [(Dialect, Dialects.Operation, String)] = [
      (.openai, .chatCompletions, #"{"messages":[{"content":[{"type":"image_url","image_url":{"url":"$"}}]}]}"#),
      (.openai, .responses, #"{"input":[{"role":"user","content":[{"type":"input_image","image_url":"$"}]}]}"#),
      (.anthropic, .messages, #"{"messages":[{"content":[{"type":"image","source":{"type":"base64","data":"$"}}]}]}"#),
      (.gemini, .generateContent, #"{"contents":[{"parts":[{"inlineData":{"mimeType":"image/gif","data":"$"}}]}]}"#),
      (.gemini, .interactions, #"{"model":"m","input":[{"type":"image","data":"$"}]}"#),
      (.bedrock, .converse, #"{"messages":[{"content":[{"image":{"format":"gif","source":{"bytes":"$"}}}]}]}"#),
      (.bedrock, .invokeModel, #"{"messages":[{"content":[{"type":"image","source":{"type":"base64","data":"$"}}]}]}"#),
      (.cohere, .cohereChat, #"{"messages":[{"content":[{"type":"image_url","image_url":{"url":"$"}}]}]}"#),
      (.ollama, .ollamaChat, #"{"messages":[{"content":"x","images":["$"]}]}"#),
    ]
    for (dialect, operation, body) in bodies {
      let text = body.split(separator: "$").joined(separator: data)
      let facts = read(text, Endpoint(dialect: dialect, operation: operation))
      #expect(facts.media == [.image(width: 800, height: 600)], "\(dialect) \(operation)")
      let bound = facts.promptTokensBound(family: .claude47) ?? 0
      #expect((638..<5_000).contains(bound), "\(dialect) \(operation): \(bound)")
      #expect(facts.promptTokensBound(family: .other) == nil)
    }
  }

  @Test("and the expected count follow the detail in which an image is looked at, before or behind its address")
  func detail() {
    let data = "data:image/gif;base64,R0lGODlhIANYAgAAAAAAAAAAAAAA"
    let low = [
      #"{"type":"image_url","image_url":{"url":"\#(data)","detail":"low"}}"#,
      #"{"type":"image_url","image_url":{"detail":"low","url":"\#(data)"}}"#,
    ]
    let high = #"{"type":"image_url","image_url":{"url":"\#(data)"}}"#
    for part in low {
      let body = #"{"model":"gpt-4o","messages":[{"content":[\#(high),\#(part),\#(high)]}]}"#
      #expect(readRequest(.chatCompletions, body).mediaTokensExpected(family: .o200k) == 85 + 2 * 765)
    }
    for part in [#""detail":"low","image_url":"\#(data)""#, #""image_url":"\#(data)","detail":"low""#] {
      let body =
        #"{"input":[{"role":"user","content":[{"type":"input_image",\#(part)},{"type":"input_image","image_url":"\#(data)"}]}]}"#
      #expect(readRequest(.responses, body).mediaTokensExpected(family: .o200k) == 85 + 765)
    }
  }

  /// Every exchange that was recorded and reports its prompt.
  @Test("is at least what was reported, in every recording", .enabled(if: Recording.isPresent))
  func recordings() {
    let dialects: [String: Dialect] = [
      "gemini": .gemini, "vertex": .gemini, "cohere": .cohere, "mistral": .mistral, "ollama": .ollama,
    ]
    var bounded = 0
    var unbounded = 0
    for recording in Recording.load(folders: nil, dialects: dialects) where (200..<300).contains(recording.status) {
      // Its author wrote these words in the place of the prompt.
      if String(decoding: recording.request, as: UTF8.self).contains("very very long system prompt") { continue }
      var reader = RequestReader(endpoint: recording.endpoint)
      reader.consume(recording.request.span.bytes)
      let request = reader.finish()
      var replyReader = ReplyReader(
        endpoint: recording.endpoint, status: recording.status, framing: recording.framing, headers: recording.headers)
      replyReader.consume(recording.reply.span.bytes)
      let reply = replyReader.finish()
      let reported = reply.usage.reduce(0) { $0 + $1.usage.promptTokens }
      guard reported > 0, request.bodyBytes > 0 else { continue }
      guard let bound = request.promptTokensBound(family: TokenizerFamily(model: reply.model ?? request.model)) else {
        unbounded += 1
        continue
      }
      bounded += 1
      #expect(bound >= reported, "\(recording.name): \(reported) > \(bound)")
    }
    print("bounds of prompts: \(bounded) recordings hold, \(unbounded) have none")
    #expect(bounded > 100)
  }

  private func read(_ body: String, _ endpoint: Endpoint) -> RequestFacts {
    let bytes = Array(body.utf8)
    var reader = RequestReader(endpoint: endpoint)
    reader.consume(bytes.span.bytes)
    return reader.finish()
  }
}
