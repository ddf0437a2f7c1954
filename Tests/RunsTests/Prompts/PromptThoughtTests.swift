import Dialects
import Metering
import Testing
import Tokenizers

@testable import Runs

/// Thoughts come and go between turns, at the client and at the provider; media and templates put other things elsewhere. What of a prompt
/// may have been missing from the last one is added by its bytes.
@Suite struct PromptThoughtTests {
  private static let old = #"{"role":"user","content":"hello"}"#
  private static let new = #"{"role":"user","content":"go on"}"#
  private static let long = String(repeating: "think ", count: 500)

  private static func thought(_ text: String) -> String {
    #"{"type":"thinking","thinking":"\#(text)","signature":"c2ln"},"#
  }

  private static func said(_ thought: String) -> String {
    #"{"role":"assistant","content":[\#(thought){"type":"text","text":"hi"}]}"#
  }

  private static func claude(_ messages: String...) -> String {
    #"{"model":"claude-opus-4-8","max_tokens":9,"messages":[\#(messages.joined(separator: ","))]}"#
  }

  private static func chat(_ messages: String..., more: String = "") -> String {
    #"{"model":"deepseek-chat",\#(more)"messages":[\#(messages.joined(separator: ","))]}"#
  }

  @Test("A client may leave thoughts out: what was reported had them, and is no less")
  func dropped() throws {
    let claude = Prompting.claude()
    let bound = try #require(
      claude.bound(
        Self.claude(Self.old, Self.said(Self.thought(Self.long)), Self.new),
        Self.claude(Self.old, Self.said(""), Self.new, Self.said(""))))
    #expect(bound >= Prompting.reported + Int64(Self.said("").utf8.count))
    #expect(bound < Prompting.reported + 1_000)
  }

  @Test("Thoughts that the report did not have are added by their bytes")
  func added() throws {
    let claude = Prompting.claude()
    let bound = try #require(
      claude.bound(
        Self.claude(Self.old, Self.said(""), Self.new),
        Self.claude(Self.old, Self.said(Self.thought(Self.long)), Self.new, Self.said(""))))
    #expect(bound >= Prompting.reported + Int64(Self.long.utf8.count))
  }

  @Test("So are those that are others, or stand elsewhere")
  func changed() throws {
    let short = Self.thought("a")
    for (before, after) in [
      (Self.said(short), Self.said(Self.thought(Self.long))),
      (
        Self.said(Self.thought(Self.long)) + "," + Self.said(""),
        Self.said("") + "," + Self.said(Self.thought(Self.long))
      ),
    ] {
      let claude = Prompting.claude()
      let bound = try #require(
        claude.bound(Self.claude(Self.old, before, Self.new), Self.claude(Self.old, after, Self.new, Self.said(""))))
      #expect(bound >= Prompting.reported + Int64(Self.long.utf8.count))
    }
  }

  @Test("The same thoughts are in the report of a provider that only ever leaves them out later")
  func same() throws {
    let claude = Prompting.claude()
    let said = Self.said(Self.thought(Self.long))
    let bound = try #require(
      claude.bound(Self.claude(Self.old, said, Self.new), Self.claude(Self.old, said, Self.new, Self.said(""))))
    #expect(bound < Prompting.reported + 1_000)
  }

  @Test(
    "A template may leave them out earlier: they are added",
    arguments: [
      #"{"role":"assistant","content":"hi","reasoning_content":"THOUGHT"}"#,
      #"{"role":"assistant","content":"hi","reasoning":"THOUGHT"}"#,
      #"{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"THOUGHT"}]}]}"#,
    ])
  func template(_ message: String) throws {
    let deepseek = Prompting()
    deepseek.provider = "deepseek"
    deepseek.model = "deepseek-chat"
    let said = message.replacing("THOUGHT", with: Self.long)
    let bound = try #require(
      deepseek.bound(Self.chat(Self.old, said, Self.new), Self.chat(Self.old, said, Self.new, Self.new)))
    #expect(bound >= Prompting.reported + Int64(Self.long.utf8.count))
  }

  @Test("A template may show tools only where the user spoke last: tools and instructions are added")
  func toolsByTemplate() throws {
    let tools = #""tools":[{"type":"function","function":{"name":"f","description":"\#(Self.long)"}}],"#
    let (first, second) = (Self.chat(Self.old, more: tools), Self.chat(Self.old, Self.new, more: tools))
    let deepseek = Prompting()
    deepseek.provider = "deepseek"
    deepseek.model = "deepseek-chat"
    #expect(try #require(deepseek.bound(first, second)) >= Prompting.reported + Int64(Self.long.utf8.count))
    let openai = Prompting()
    let plain = openai.bound(
      first.replacing("deepseek-chat", with: "gpt-5"), second.replacing("deepseek-chat", with: "gpt-5"))
    #expect(try #require(plain) < Prompting.reported + 1_000)
  }

  @Test(
    "A tool that the model has to look for comes into the prompt later: tools and instructions are added",
    arguments: [#""defer_loading":true,"#, #""defer\u005floading":true,"#])
  func toolsLater(_ deferral: String) throws {
    func body(_ messages: [String], _ deferral: String) -> String {
      let tool = #"{"name":"f",\#(deferral)"description":"\#(Self.long)","input_schema":{"type":"object"}}"#
      let list = messages.joined(separator: ",")
      return #"{"model":"claude-opus-4-8","max_tokens":9,"tools":[\#(tool)],"messages":[\#(list)]}"#
    }
    let found = #"""
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"1",
      "content":[{"type":"tool_reference","tool_name":"f"}]}]}
      """#
    let claude = Prompting.claude()
    let later = claude.bound(body([Self.old], deferral), body([Self.old, found], deferral))
    #expect(try #require(later) >= Prompting.reported + Int64(Self.long.utf8.count))
    let before = claude.bound(body([Self.old], ""), body([Self.old, found], ""))
    #expect(try #require(before) < Prompting.reported + 1_500)
  }

  @Test("What an image comes to may change with its place and with how many there are: it is added again")
  func media() throws {
    let openai = Prompting()
    openai.model = "gpt-4o"
    let image = #"{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlhIANYAgAA"}}"#
    let shown = #"{"role":"user","content":[\#(image)]}"#
    let body = Self.chat(shown).replacing("deepseek-chat", with: "gpt-4o")
    let next = Self.chat(shown, Self.new).replacing("deepseek-chat", with: "gpt-4o")
    let bound = try #require(openai.bound(body, next))
    #expect(bound >= Prompting.reported + 765)
    // What is fetched anew with each call may be another thing.
    let remote = next.replacing("data:image/gif;base64,R0lGODlhIANYAgAA", with: "https://example.com/now.png")
    let before = body.replacing("data:image/gif;base64,R0lGODlhIANYAgAA", with: "https://example.com/now.png")
    #expect(openai.bound(before, remote) == nil)
  }

  @Test("Each message behind the report may have a frame of its own")
  func frames() throws {
    let openai = Prompting()
    let turns = (0..<50).map { _ in #"{"role":"user","content":""}"# }
    let first = #"{"model":"gpt-5","messages":[\#(Self.old)]}"#
    let second = #"{"model":"gpt-5","messages":[\#(([Self.old] + turns).joined(separator: ","))]}"#
    #expect(try #require(openai.bound(first, second)) >= Prompting.reported + 50 * 64)
  }

  @Test(
    "Providers and names whose reports bound nothing",
    arguments: [
      ("ollama", "llama3.2"), ("openrouter", "openai/gpt-5"), ("vllm", "qwen3"), ("somebody", "gpt-5"),
      ("cohere", "command-a"),
      ("openai", "gpt-5-chat-latest"), ("azure", "model-router"), ("anthropic", "claude-3-5-sonnet-latest"),
      ("mistral", "mistral-large-latest"), ("huggingface", "m"), ("xai", "auto"),
    ])
  func unknown(_ provider: String, _ model: String) {
    #expect(PromptMaking(provider: provider, model: model, family: .o200k) == nil)
  }

  @Test(
    "Who makes prompts by a template of the model's",
    arguments: [
      ("openai", "gpt-5", PromptMaking.once), ("anthropic", "claude-opus-4-8", .once),
      ("gemini", "gemini-2.5-flash", .once),
      ("azure", "gpt-4o", .once), ("vertex", "claude-sonnet-4-5", .once), ("azure", "gpt-oss-120b", .byTemplate),
      ("azure", "deepseek-v3", .byTemplate), ("vertex", "llama-4", .byTemplate),
      ("gemini", "gemma-3-27b-it", .byTemplate),
      ("bedrock", "anthropic.claude-opus-4-1", .byTemplate), ("groq", "llama-3.3-70b", .byTemplate),
    ])
  func makings(_ provider: String, _ model: String, _ making: PromptMaking) {
    #expect(PromptMaking(provider: provider, model: model, family: .init(model: model)) == making)
  }

  @Test(
    "The model that answers is the one asked for, or its dated state",
    arguments: [
      ("gpt-5", "gpt-5-2025-08-07", true), ("gpt-5", "gpt-5-mini", false), ("gpt-5", "gpt-5.1", false),
      ("gpt-5", "gpt-4o", false),
      ("models/gemini-2.5-flash", "gemini-2.5-flash", true),
      ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929", true),
      ("gpt-4o", "gpt-4o-mini-2024-07-18", false), ("my-deployment", "gpt-4o", false),
    ])
  func answers(_ asked: String, _ answered: String, _ isSame: Bool) {
    #expect(PromptMaking.isSame(asked: asked, answered: answered, provider: "openai") == isSame)
    #expect(!PromptMaking.isSame(asked: asked, answered: nil, provider: "openai"))
    #expect(PromptMaking.isSame(asked: asked, answered: nil, provider: "bedrock"))
  }
}
