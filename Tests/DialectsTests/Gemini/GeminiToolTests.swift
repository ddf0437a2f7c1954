import Dialects
import Metering
import Testing

@Suite("Gemini's tools")
struct GeminiToolTests {
  /// A chunk with these parts, of a candidate whose index stands behind them.
  private func chunk(_ parts: String, index: Int = 0) -> String {
    #"{"candidates":[{"content":{"parts":[\#(parts)],"role":"model"},"index":\#(index)}]}"#
  }

  @Test(
    "are each called once",
    arguments: [
      // Parallel calls without ids.
      ([#"{"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"f","args":{}}}"#], ["f", "f"]),
      // A whole call a chunk.
      ([#"{"functionCall":{"name":"f"}}"#, #"{"functionCall":{"name":"f"}}"#], ["f", "f"]),
      // Arguments that are streamed; the last part is empty.
      (
        [
          #"{"functionCall":{"name":"f","willContinue":true}}"#,
          #"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"xy","willContinue":true}],"willContinue":true}}"#,
          #"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"z"}],"willContinue":true}}"#,
          #"{"functionCall":{}}"#,
          #"{"functionCall":{"name":"g","willContinue":true}}"#, #"{"functionCall":{"willContinue":false}}"#,
        ], ["f", "g"]
      ),
      // The name in every part.
      (
        [
          #"{"function_call":{"name":"f","will_continue":true,"partial_args":[{"string_value":"x"}]}}"#,
          #"{"function_call":{"name":"f"}}"#, #"{"function_call":{"name":"f"}}"#,
        ], ["f", "f"]
      ),
      // Calls that are interleaved under ids.
      (
        [
          #"{"functionCall":{"id":"1","name":"f","willContinue":true}}"#,
          #"{"functionCall":{"id":"2","name":"g","willContinue":true}}"#, #"{"functionCall":{"id":"2"}}"#,
        ], ["f", "g"]
      ),
      ([#"{"functionCall":{"name":""}},{"functionCall":null},{"text":"functionCall"}"#], []),
    ] as [([String], [String])])
  func calls(parts: [String], names: [String]) {
    for facts in [readGeminiChunks(parts.map { chunk($0) }).events, readGeminiChunks(parts.map { chunk($0) }).array] {
      #expect(facts.toolCalls.map(\.name) == names)
      #expect(facts.toolCallCount == names.count)
    }
  }

  @Test("that are streamed for two candidates do not end each other")
  func candidates() {
    let facts = readGeminiChunks([
      chunk(#"{"functionCall":{"name":"f","willContinue":true}}"#, index: 0),
      chunk(#"{"functionCall":{"name":"f","willContinue":true}}"#, index: 1),
      chunk(#"{"functionCall":{}}"#, index: 0), chunk(#"{"functionCall":{"name":"f"}}"#, index: 1),
    ]).events
    #expect(facts.toolCallCount == 2)
  }

  @Test("of Google's own are counted by name")
  func serverTools() {
    let facts = readGemini(
      .generateContent,
      chunk(
        #"""
        {"executableCode":{"id":"1","language":"PYTHON","code":"print(1)"}},{"codeExecutionResult":{"output":"a"}},
        {"toolCall":{"toolType":"FILE_SEARCH","id":"2","args":{"q":1}}},{"toolResponse":{"toolType":"FILE_SEARCH"}},
        {"tool_call":{"tool_type":"URL_CONTEXT"}},{"executable_code":{"code":"x"}}
        """#))
    #expect(facts.serverToolCalls == ["code_execution": 2, "file_search": 1, "url_context": 1])
    #expect(facts.toolCallCount == 0)
    #expect(facts.outputTextBytes == 8 + 7 + 1)
  }

  private func grounded(_ metadata: String, model: String, usage: String = #"{"promptTokenCount":1}"#) -> String {
    #"{"candidates":[{"groundingMetadata":\#(metadata)}],"modelVersion":"\#(model)","usageMetadata":\#(usage)}"#
  }

  @Test(
    "that search are billed by the query from Gemini 3 on, by the prompt before",
    arguments: [
      ("gemini-3.5-flash", 3, 0), ("gemini-4-argon", 3, 0), ("models/gemini-3-pro-preview", 3, 0),
      ("gemini-nano-banana-2.1", 3, 0), ("gemini-2.5-flash", 1, 0), ("gemini-2.0-flash-001", 1, 0),
      ("gemini-1.5-pro", 1, 0), ("publishers/google/models/gemini-2.5-pro", 1, 0), ("gemini-10-x", 3, 0),
    ])
  func searches(model: String, web: Int64, maps: Int64) {
    let metadata =
      #"{"webSearchQueries":["a","","b","a"],"imageSearchQueries":["a"],"groundingChunks":[{"web":{"uri":"x"}}]}"#
    let facts = readGemini(.generateContent, grounded(metadata, model: model))
    #expect(answering(facts) == cells([.input: 1, .webSearch: web, .mapsSearch: maps]))
    #expect(facts.serverToolCalls.isEmpty)
  }

  @Test("that search are billed where only their sources show")
  func sources() {
    let web = grounded(#"{"groundingChunks":[{"web":{"uri":"x"}},{"web":{"uri":"y"}}]}"#, model: "gemini-3-pro")
    #expect(answering(readGemini(.generateContent, web))?[.webSearch] == 1)
    let maps = grounded(#"{"grounding_chunks":[{"maps":{"uri":"x"}},{"maps":{}}]}"#, model: "gemini-2.5-pro")
    #expect(answering(readGemini(.generateContent, maps)) == cells([.input: 1, .mapsSearch: 1]))
    let stored = grounded(#"{"groundingChunks":[{"retrievedContext":{"text":"x"}}]}"#, model: "gemini-3-pro")
    #expect(answering(readGemini(.generateContent, stored)) == cells([.input: 1]))
    #expect(answering(readGemini(.generateContent, grounded("{}", model: "gemini-2.5-pro"))) == cells([.input: 1]))
  }

  @Test("that search are billed once, though chunks repeat it, and behind the last usage too")
  func repeated() {
    let one = grounded(#"{"webSearchQueries":["a"]}"#, model: "gemini-3.5-flash")
    let two = grounded(
      #"{"webSearchQueries":["a","b"]}"#, model: "gemini-3.5-flash", usage: #"{"candidatesTokenCount":5}"#)
    let last = #"{"candidates":[{"groundingMetadata":{"webSearchQueries":["c"]},"finishReason":"STOP"}]}"#
    for facts in [readGeminiChunks([one, two, last]).events, readGeminiChunks([one, two, last]).array] {
      #expect(answering(facts) == cells([.input: 1, .output: 5, .webSearch: 3]))
    }
  }

  @Test("know the model that was asked for, where the reply names none")
  func requestedModel() {
    let body =
      #"{"candidates":[{"groundingMetadata":{"webSearchQueries":["a","b"]}}],"usageMetadata":{"promptTokenCount":1}}"#
    #expect(answering(readGemini(.generateContent, body, model: "gemini-2.5-flash"))?[.webSearch] == 1)
    #expect(answering(readGemini(.generateContent, body, model: "gemini-3.5-flash"))?[.webSearch] == 2)
  }
}
