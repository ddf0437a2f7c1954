import Dialects
import Metering
import Testing

@testable import Runs

/// A request that follows a stored response has as prompt what that one had, the response, and what it says itself.
@Suite struct StoredResponseTests {
  private static func body(_ input: String, after response: String? = nil, _ more: String = "") -> String {
    let previous = response.map { #""previous_response_id":"\#($0)","# } ?? ""
    return #"{"model":"gpt-5",\#(more)\#(previous)"input":"\#(input)"}"#
  }

  private func prompting() -> Prompting {
    let prompting = Prompting()
    prompting.endpoint = Prompting.responses
    return prompting
  }

  /// The bound of a request behind a first one.
  private func bound(
    _ first: String = body("hello"), _ second: String = body("go on", after: "resp_1"),
    _ change: (inout ReplyFacts) -> Void = { _ in }
  ) -> Prompting.Asked {
    let prompting = prompting()
    let asked = prompting.ask(first)
    var reply = prompting.reply(prompt: 10_000, output: 500)
    change(&reply)
    prompting.end(asked, reply)
    return prompting.ask(second)
  }

  @Test("Its bound is what was reported of both, and its own bytes")
  func follows() throws {
    let asked = bound()
    #expect(asked.byBytes == nil)
    let tokens = try #require(asked.byReport)
    #expect(tokens >= 10_500 + Int64(Self.body("go on", after: "resp_1").utf8.count))
    #expect(tokens < 10_500 + 600)
  }

  @Test("Reasoning counts, and what the model wrote for tools three times")
  func output() throws {
    let reasoned = bound { $0.usage[0].usage[.reasoning] = 2_000 }
    #expect(try #require(reasoned.byReport) >= 12_500)
    let called = bound {
      $0.toolCalls = [ToolCall(id: "call_1", name: "f")]
      $0.toolCallCount = 1
    }
    #expect(try #require(called.byReport) >= 11_500)
  }

  @Test("Without what is known of the response nothing bounds it")
  func unknown() {
    #expect(bound(Self.body("hello"), Self.body("go on", after: "resp_2")).byReport == nil)
    #expect(bound { $0.serverToolCalls = ["web_search": 1] }.byReport == nil)
    #expect(bound { $0.isTerminal = false }.byReport == nil)
    #expect(bound { $0.lacksOutput = true }.byReport == nil)
    #expect(bound { $0.isPending = true }.byReport == nil)
    #expect(bound { $0.model = "gpt-5-mini" }.byReport == nil)
    #expect(bound { $0.responseID = nil }.byReport == nil)
  }

  @Test(
    "Nor where the request brings anything else that the provider keeps, or that may shorten prompts",
    arguments: [
      #""truncation":"auto","#, #""conversation":"conv_1","#, #""prompt":{"id":"pmpt_1"},"#, #""background":true,"#,
      #""context_management":[{"type":"compaction","compact_threshold":1000}],"#, #""tools":[{"type":"web_search"}],"#,
      #""models":["gpt-5","gpt-4.1"],"#, #""something_new":1,"#,
    ])
  func more(_ member: String) {
    #expect(bound(Self.body("hello"), Self.body("go on", after: "resp_1", member)).byReport == nil)
    #expect(bound(Self.body("hello", member), Self.body("go on", after: "resp_1", member)).byReport == nil)
    // What was kept by a call that may have been shortened is longer than it was told.
    #expect(bound(Self.body("hello", member), Self.body("go on", after: "resp_1")).byReport == nil)
  }

  @Test("Instructions, tools and model are the same")
  func rest() {
    for member in [#""instructions":"Be kind.","#, #""reasoning":{"effort":"high"},"#] {
      #expect(bound(Self.body("hello"), Self.body("go on", after: "resp_1", member)).byReport == nil)
      #expect(bound(Self.body("hello", member), Self.body("go on", after: "resp_1", member)).byReport != nil)
    }
    let other = Self.body("go on", after: "resp_1").replacing("gpt-5", with: "gpt-4.1")
    #expect(bound(Self.body("hello"), other).byReport == nil)
  }

  @Test("A chain goes on from each of its links, and its messages alone are no beginning of anything")
  func chain() throws {
    let prompting = prompting()
    let item = #"[{"role":"user","content":"hello"}]"#
    let first = #"{"model":"gpt-5","input":\#(item)}"#
    let second = #"{"model":"gpt-5","previous_response_id":"resp_1","input":\#(item)}"#
    prompting.turn(first, prompt: 100, output: 100)
    let asked = prompting.ask(second)
    #expect(try #require(asked.byReport) >= 200)
    var reply = prompting.reply(prompt: 50_000, output: 100)
    reply.responseID = "resp_2"
    prompting.end(asked, reply)
    #expect(try #require(prompting.ask(second.replacing("resp_1", with: "resp_2")).byReport) >= 50_100)
    #expect(try #require(prompting.ask(first).byReport) < 1_000)
  }

  @Test("Only providers count that keep responses and report all of them")
  func providers() {
    #expect(PromptMaking.keepsResponses("openai") && PromptMaking.keepsResponses("azure"))
    for provider in ["xai", "openrouter", "gemini", "groq"] { #expect(!PromptMaking.keepsResponses(provider)) }
  }
}
