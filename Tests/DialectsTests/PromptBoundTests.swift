import Dialects
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
    let gemini = Array(#"{"contents":[{"parts":[{"text":"hi"}]}],"tools":[{"googleSearch":{}}]}"#.utf8)
    var reader = RequestReader(endpoint: Endpoint(dialect: .gemini, operation: .generateContent, model: "gemini-3"))
    reader.consume(gemini.span.bytes)
    #expect(reader.finish().promptTokensBound(family: .gemma) == nil)
    for body in bodies { #expect(readRequest(.responses, body).promptTokensBound(family: .o200k) == nil, "\(body)") }
    let null = #"{"model":"gpt-5","input":"hello","previous_response_id":null,"conversation":null}"#
    #expect(readRequest(.responses, null).promptTokensBound(family: .o200k) != nil)
  }
}
