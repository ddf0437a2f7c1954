import Dialects
import Metering
import Testing

@Suite("Google's requests")
struct GeminiRequestTests {
  @Test("have the model and the kind of reply from the path, the rest from the body")
  func members() {
    let body =
      #"{"contents":[{"role":"user","parts":[{"text":"abc"}]}],"generationConfig":{"maxOutputTokens":100,"candidateCount":2,"thinkingConfig":{"thinkingBudget":50},"responseSchema":{"a":1}},"serviceTier":"flex"}"#
    for cut in [Cut.whole, .bytes, .random(1)] {
      let facts = readGeminiRequest(.generateContent, body, model: "gemini-3-pro", streams: true, cut: cut)
      #expect(facts.model == "gemini-3-pro")
      #expect(facts.wantsStream)
      #expect(facts.wantsStreamUsage)
      #expect(facts.outputTokensMax == 100)
      #expect(facts.choices == 2)
      #expect(facts.context.serviceTier == "flex")
      #expect(facts.promptTextBytes == 3 + 7)
      #expect(facts.isComplete)
      #expect(!facts.isAmbiguous)
    }
  }

  @Test(
    "are read however they are spelled",
    arguments: [
      #"{"contents":[{"parts":[{"text":"abc"}]}],"generation_config":{"max_output_tokens":"100","candidate_count":"2"},"service_tier":"FLEX"}"#,
      #"{"contents":{"parts":{"text":"abc"}},"generationConfig":{"candidateCount":2,"maxOutputTokens":100},"serviceTier":"SERVICE_TIER_FLEX"}"#,
    ])
  func spellings(body: String) {
    let facts = readGeminiRequest(.generateContent, body)
    #expect(facts.outputTokensMax == 100)
    #expect(facts.choices == 2)
    #expect(facts.context.serviceTier == "flex")
    #expect(facts.promptTextBytes == 3)
  }

  @Test("that say a thing twice are ambiguous")
  func ambiguous() {
    #expect(
      readGeminiRequest(.generateContent, #"{"generationConfig":{"maxOutputTokens":1,"max_output_tokens":2}}"#)
        .isAmbiguous)
    #expect(readGeminiRequest(.generateContent, #"{"serviceTier":"flex","service_tier":"standard"}"#).isAmbiguous)
    #expect(!readGeminiRequest(.generateContent, "[]").isComplete)
  }

  @Test("count text, tools, calls and results, but no media")
  func promptText() {
    let body =
      #"""
      {"systemInstruction":{"parts":[{"text":"ab"}]},"tools":[{"x":1}],"toolConfig":{},"cachedContent":"cachedContents/c",
      "contents":[{"parts":[{"text":"é"},{"inlineData":{"mimeType":"image/png","data":"AAAAAAAA"}},
      {"fileData":{"fileUri":"files/x"}},{"inline_data":{"data":"BBBB"}}]},
      {"role":"model","parts":[{"functionCall":{"name":"fn","args":{"a":1}}},{"executableCode":{"code":"xyz"}},
      {"codeExecutionResult":{"output":"q"}},{"text":"t","thoughtSignature":"SSSS"}]},
      {"role":"user","parts":[{"functionResponse":{"name":"fn","response":{"r":[1]},
      "parts":[{"inlineData":{"data":"CCCC"}}]}}]}]}
      """#
    let sizes = 2 + 9 + 2 + 2 + (2 + 7) + 3 + 1 + 1 + (2 + 9)
    #expect(readGeminiRequest(.generateContent, body).promptTextBytes == Int64(sizes))
    #expect(readGeminiRequest(.countTokens, body).promptTextBytes == Int64(sizes))
    #expect(readGeminiRequest(.countTokens, #"{"generateContentRequest":\#(body)}"#).promptTextBytes == Int64(sizes))
    #expect(readGeminiRequest(.cachedContents, body).promptTextBytes == Int64(sizes))
    let batch = #"{"batch":{"inputConfig":{"requests":{"requests":[{"request":\#(body)},{"request":\#(body)}]}}}}"#
    #expect(readGeminiRequest(.batchGenerateContent, batch).promptTextBytes == Int64(2 * sizes))
    #expect(readGeminiRequest(.batchGenerateContent, batch).toolResults == 2)
  }

  @Test("have the tool results of their new tail, failed ones apart")
  func toolResults() {
    let result = #"{"functionResponse":{"name":"f","response":{"output":"x"}}}"#
    let failed = #"{"function_response":{"id":"1","name":"f","response":{"error":"no"}}}"#
    let failedToo = #"{"functionResponse":{"name":"f","response":{"error":{"code":1}}}}"#
    let contents = { (turns: [(String, String)]) in
      let turns = turns.map { #"{"parts":[\#($0.1)],"role":"\#($0.0)"}"# }
      return
        #"{"contents":[\#(turns.joined(separator: ","))],"systemInstruction":{"role":"model","parts":[{"text":""}]}}"#
    }
    let call = #"{"functionCall":{"name":"f"}}"#
    let facts = readGeminiRequest(
      .generateContent,
      contents([("user", result), ("model", call), ("user", "\(result),\(failed)"), ("function", failedToo)]))
    #expect(facts.toolResults == 3)
    #expect(facts.toolResultErrors == 2)
    #expect(readGeminiRequest(.generateContent, contents([("user", failed), ("model", call)])).toolResults == 0)
    let null = #"{"functionResponse":{"name":"f","response":{"error":null}}}"#
    #expect(readGeminiRequest(.generateContent, contents([("user", null)])).toolResultErrors == 0)
  }

  @Test(
    "for embeddings have their text",
    arguments: [
      #"{"content":{"parts":[{"text":"abcd"}]},"model":"models/e"}"#,
      #"{"requests":[{"content":{"parts":[{"text":"ab"}]}},{"content":{"parts":[{"text":"cd"}]}}]}"#,
      #"{"instances":[{"content":"ab","title":"c"},{"content":"d"}]}"#,
      #"{"instances":[{"prompt":"abcd"}],"parameters":{"sampleCount":2}}"#,
    ])
  func embeddings(body: String) {
    let facts = readGeminiRequest(.embedContent, body, model: "e")
    #expect(facts.promptTextBytes == 4)
    #expect(facts.model == "e")
  }

  @Test("of caches name their model in the body")
  func caches() {
    #expect(readGeminiRequest(.cachedContents, #"{"model":"models/m","ttl":"300s"}"#).model == "models/m")
  }

  @Test("of interactions say all in the body")
  func interactions() {
    let body =
      #"""
      {"model":"gemini-3-pro","stream":true,"background":false,"system_instruction":"ab","service_tier":"priority",
      "generation_config":{"max_output_tokens":9},"tools":[1],"previous_interaction_id":"v1_x",
      "input":[{"type":"user_input","content":[{"type":"text","text":"abc"},{"type":"image","data":"AAAA"}]},
      {"type":"function_result","call_id":"old","result":"x"},{"type":"model_output","content":[{"text":"d"}]},
      {"type":"function_result","call_id":"c1","name":"f","result":{"a":1}},
      {"type":"function_result","call_id":"c2","is_error":true,"result":"err"}]}
      """#
    for cut in [Cut.whole, .bytes] {
      let facts = readGeminiRequest(.interactions, body, cut: cut)
      #expect(facts.model == "gemini-3-pro")
      #expect(facts.wantsStream)
      #expect(facts.outputTokensMax == 9)
      #expect(facts.context.serviceTier == "priority")
      #expect(facts.toolResults == 2)
      #expect(facts.toolResultErrors == 1)
      #expect(facts.promptTextBytes == 2 + 3 + 3 + 1 + 1 + (1 + 7) + 3)
    }
    #expect(readGeminiRequest(.interactions, #"{"agent":"deep-research","input":"abcd"}"#).promptTextBytes == 4)
    #expect(readGeminiRequest(.interactions, #"{"agent":"deep-research","input":"abcd"}"#).model == "deep-research")
    let one = #"{"model":"m","input":{"type":"text","text":"abcd"}}"#
    #expect(readGeminiRequest(.interactions, one).promptTextBytes == 4)
    let turns =
      #"{"input":[{"type":"function_result"},{"role":"model","content":[{"text":"a"}]},{"role":"user","content":"bcd"}]}"#
    #expect(readGeminiRequest(.interactions, turns).toolResults == 0)
    #expect(readGeminiRequest(.interactions, turns).promptTextBytes == 4)
  }
}
