import Dialects
import Metering
import Testing
import Tokenizers

@testable import Runs

/// What a provider reported of a prompt bounds the next one only where all of what follows is so. Each of these fails without the
/// condition that it names.
@Suite struct PromptConditionTests {
  private static let old = #"{"role":"user","content":"hello"}"#
  private static let answer = #"{"role":"assistant","content":"hi"}"#
  private static let new = #"{"role":"user","content":"go on"}"#

  private static func chat(_ messages: [String], _ more: String = "") -> String {
    #"{"model":"gpt-5",\#(more)"messages":[\#(messages.joined(separator: ","))]}"#
  }

  private static func claude(_ messages: [String], _ more: String = "") -> String {
    #"{"model":"claude-opus-4-8","max_tokens":9,\#(more)"messages":[\#(messages.joined(separator: ","))]}"#
  }

  private static let first = chat([old])
  private static let second = chat([old, answer, new])

  @Test("A conversation that goes on is bounded by what was reported and the bytes of what is new")
  func goesOn() throws {
    let prompting = Prompting()
    let bound = try #require(prompting.bound(Self.first, Self.second))
    let tail = Int64((Self.answer + Self.new).utf8.count)
    #expect(bound >= Prompting.reported + tail)
    #expect(bound < Prompting.reported + tail + 500)
  }

  @Test("The same request again is bounded by its own report")
  func same() {
    let prompting = Prompting()
    #expect(prompting.bound(Self.first, Self.first).map { $0 < 1_500 } == true)
  }

  @Test(
    "Everything but the messages has to be the same",
    arguments: [
      (#""temperature":1,"#, #""temperature":0,"#), ("", #""tools":[],"#),
      (
        #""tools":[{"type":"function","function":{"name":"f"}}],"#,
        #""tools":[{"type":"function","function":{"name":"g"}}],"#
      ),
      ("", #""tool_choice":"required","#), (#""reasoning_effort":"low","#, #""reasoning_effort":"high","#),
      ("", #""response_format":{"type":"json_object"},"#),
    ])
  func rest(_ before: String, _ after: String) {
    let prompting = Prompting()
    #expect(prompting.bound(Self.chat([Self.old], before), Self.chat([Self.old, Self.answer], after)) == nil)
    #expect(prompting.bound(Self.chat([Self.old], after), Self.chat([Self.old, Self.answer], after)) != nil)
  }

  @Test("The model is the same, and instructions are, wherever they stand")
  func model() {
    let prompting = Prompting()
    #expect(prompting.bound(Self.first, Self.second.replacing("gpt-5", with: "gpt-5-mini")) == nil)
    let claude = Prompting.claude()
    let (one, two) = (#""system":"one","#, #""system":"two","#)
    #expect(claude.bound(Self.claude([Self.old], one), Self.claude([Self.old, Self.answer], two)) == nil)
    let system = #"{"role":"system","content":"a"}"#
    let other = #"{"role":"system","content":"b"}"#
    #expect(prompting.bound(Self.chat([system, Self.old]), Self.chat([other, Self.old, Self.answer])) == nil)
  }

  @Test("Another way, header or caller has reports of its own")
  func callers() {
    let prompting = Prompting()
    prompting.turn(Self.first, prompt: 100)
    prompting.seed = 8
    #expect(prompting.ask(Self.second).byReport == nil)
    prompting.seed = 7
    #expect(prompting.ask(Self.second).byReport != nil)
    prompting.caller = RunCaller(workflow: "default", agent: "another", provider: "openai")
    #expect(prompting.ask(Self.second).byReport == nil)
  }

  @Test(
    "No byte of what was said before may be another, as order and places count",
    arguments: [
      (#"{"role":"user","content":"hello"}"#, #"{"role":"user","content":"hallo"}"#),
      (#"{"role":"user","content":"hello"}"#, #"{"role":"system","content":"hello"}"#),
      (#"{"role":"user","content":"a","name":"b"}"#, #"{"role":"user","content":"b","name":"a"}"#),
      (
        #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#,
        #"{"role":"user","content":[{"type":"text","text":"b"},{"type":"text","text":"a"}]}"#
      ),
      (
        #"{"role":"user","content":"hello"}"#, #"{"role":"user","content":"hello","note":"something that is not read"}"#
      ),
      (#"{"role":"user","content":"a"},{"role":"user","content":"b"}"#, #"{"role":"user","content":"a"}"#),
      (
        #"{"role":"tool","tool_call_id":"1","content":"[1,2]"}"#,
        #"{"role":"tool","tool_call_id":"1","content":"[12]"}"#
      ),
    ])
  func words(_ before: String, _ after: String) {
    let prompting = Prompting()
    #expect(prompting.bound(Self.chat([before]), Self.chat([after, Self.answer])) == nil)
    #expect(prompting.bound(Self.chat([after]), Self.chat([after, Self.answer])) != nil)
  }

  @Test(
    "Nothing may shorten prompts at the provider: a member that is not known has no reports",
    arguments: [
      #""truncation":"auto","#, #""transforms":["middle-out"],"#, #""plugins":[{"id":"context-compression"}],"#,
      #""truncate_prompt_tokens":100,"#, #""max_prompt_tokens":100,"#, #""prompt_truncation":"AUTO","#,
      #""context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]},"#, #""something_new":true,"#,
      #""conversation":"conv_1","#, #""prompt":{"id":"pmpt_1"},"#, #""cachedContent":"cachedContents/1","#,
    ])
  func shortened(_ member: String) {
    for endpoint in [Prompting.chat, Prompting.responses, Prompting.anthropic] {
      let prompting = endpoint == Prompting.anthropic ? Prompting.claude() : Prompting()
      prompting.endpoint = endpoint
      let list = endpoint.operation == .responses ? "input" : "messages"
      let bodies = [[Self.old], [Self.old, Self.answer]].map {
        #"{"model":"\#(prompting.model)",\#(member)"\#(list)":[\#($0.joined(separator: ","))]}"#
      }
      #expect(prompting.bound(bodies[0], bodies[1]) == nil)
      let (name, _) = (member.prefix { $0 != ":" }, ())
      let plain = bodies.map { $0.replacing(member, with: "\(name):null,") }
      #expect(prompting.bound(plain[0], plain[1]) != nil, "a null says nothing")
    }
  }

  @Test(
    "What says that nothing is shortened is harmless",
    arguments: [
      #""context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},"#,
      #""context_management": { "edits" : [] },"#, #""truncation":"disabled","#,
    ])
  func harmless(_ member: String) {
    let claude = Prompting.claude()
    #expect(claude.bound(Self.claude([Self.old], member), Self.claude([Self.old, Self.answer], member)) != nil)
    let some = member.replacing(#""all""#, with: #"{"type":"thinking_turns","value":1}"#)
    guard some != member else { return }
    #expect(claude.bound(Self.claude([Self.old], some), Self.claude([Self.old, Self.answer], some)) == nil)
  }

  @Test(
    "A body that two readers may understand differently has no reports",
    arguments: [
      #"{"model":"gpt-5","messages":[],"messages":[{"role":"user","content":"hello"}]}"#,
      #"{"model":"gpt-5","mess\u0061ges":[{"role":"user","content":"hello"}]}"#,
      #"{"model":"gpt-5","messages":[{"role":"user","cont\u0065nt":"hello"}]}"#,
      #"{"model":"gpt-5","messages":[{"role":"assistant","type":"reas\u006fning","content":"hello"}]}"#,
      #"{"model":"gpt-5","messages":["hello"]}"#, #"{"model":"gpt-5","messages":{"role":"user"}}"#,
    ])
  func ambiguous(_ body: String) {
    let prompting = Prompting()
    #expect(prompting.ask(body).prompt == nil)
    #expect(prompting.bound(body, body) == nil)
  }

  @Test(
    "A reply bounds the next prompt only if it is whole, and all of it the provider's word for this prompt",
    arguments: [
      { $0.isTerminal = false }, { $0.isPending = true }, { $0.isDamaged = true }, { $0.isBlocked = true },
      { $0.errorCode = "overloaded" }, { $0.usage = [] }, { $0.usage[0].usage = Usage() },
      // A tool that the provider ran: what it found may stand in the next prompt, or in this one.
      { $0.serverToolCalls = ["web_search": 1] },
      // A summary was made beside it, or another model answered with it.
      { $0.usage.append(ModelUsage(model: "claude-haiku-4-5", usage: Usage())) },
      { $0.usage[0].model = "gpt-5-mini" },
      // A fallback, or another model under the same name.
      { $0.model = "gpt-4.1" }, { $0.model = "gpt-5-mini" }, { $0.model = nil },
    ] as [@Sendable (inout ReplyFacts) -> Void])
  func replies(_ change: @escaping @Sendable (inout ReplyFacts) -> Void) {
    let prompting = Prompting()
    #expect(prompting.bound(Self.first, Self.second, change) == nil)
    #expect(prompting.bound(Self.first, Self.second) { $0.model = "gpt-5-2025-08-07" } != nil)
  }

  @Test("All tokens of a prompt count: fresh, read from a cache, written to one, of every kind")
  func cells() throws {
    var usage = Usage()
    let cells: [UsageCell] = [
      .input, .cachedInput, .cacheWrite, .cacheWrite5m, .cacheWrite30m, .cacheWrite1h, .cacheWrite12h, .inputAudio,
      .inputImage, .inputVideo, .cachedInputAudio, .cachedInputImage, .cachedInputVideo,
    ]
    for cell in cells { usage[cell] = 1_000 }
    let prompting = Prompting()
    let bound = try #require(
      prompting.bound(Self.first, Self.second) { $0.usage = [ModelUsage(model: nil, usage: usage)] })
    #expect(bound >= 13_000)
  }

  @Test("What is said in marks of caching is added by its bytes, and changes nothing else")
  func marks() throws {
    let claude = Prompting.claude()
    func message(_ mark: String) -> String { #"{"role":"user","content":[{"type":"text","text":"hello"\#(mark)}]}"# }
    let mark = #","cache_control":{"type":"ephemeral","ttl":"1h"}"#
    let plain = try #require(claude.bound(Self.claude([message("")]), Self.claude([message(""), Self.answer])))
    let moved = try #require(claude.bound(Self.claude([message(mark)]), Self.claude([message(""), Self.answer])))
    let added = try #require(claude.bound(Self.claude([message("")]), Self.claude([message(mark), Self.answer])))
    #expect(moved == plain)
    #expect(added >= plain + Int64(mark.utf8.count))
    let long = mark.replacing("1h", with: String(repeating: "x", count: 5_000))
    #expect(claude.bound(Self.claude([message("")]), Self.claude([message(long), Self.answer])) ?? 0 > 5_000)
    // In the arguments of a tool it is what the model wrote.
    func call(_ arguments: String) -> String {
      #"{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{\#(arguments)}}]}"#
    }
    let argument = #""cache_control":"a""#
    #expect(claude.bound(Self.claude([call(argument)]), Self.claude([call(""), Self.answer])) == nil)
  }

  @Test("Labels of the call are no prompt, and are added by their bytes")
  func labels() throws {
    let claude = Prompting.claude()
    func label(_ text: String) -> String { #""metadata":{"user_id":"\#(text)"},"# }
    let bound = try #require(
      claude.bound(Self.claude([Self.old], label("a")), Self.claude([Self.old, Self.answer], label("b"))))
    let long = String(repeating: "b", count: 5_000)
    let longer = try #require(
      claude.bound(Self.claude([Self.old], label("a")), Self.claude([Self.old, Self.answer], label(long))))
    #expect(longer >= bound + 4_999)
  }

  @Test("What Claude Code says of the call in its instructions may change, and is added by its bytes")
  func notes() throws {
    let claude = Prompting.claude()
    func system(_ note: String, _ text: String = "Be brief.") -> String {
      #""system":[{"type":"text","text":"\#(note)"},{"type":"text","text":"\#(text)"}],"#
    }
    let note = "x-anthropic-billing-header: cc_version=2; cc_prev_req=req_1;"
    let other = note.replacing("req_1", with: "req_2")
    #expect(
      claude.bound(Self.claude([Self.old], system(note)), Self.claude([Self.old, Self.answer], system(other))) != nil)
    let long = note + String(repeating: "x", count: 5_000)
    let bound = claude.bound(Self.claude([Self.old], system(note)), Self.claude([Self.old, Self.answer], system(long)))
    #expect(try #require(bound) > 6_000)
    #expect(
      claude.bound(
        Self.claude([Self.old], system("Be kind.")), Self.claude([Self.old, Self.answer], system("Be rude."))) == nil)
    #expect(
      claude.bound(
        Self.claude([Self.old], system(note, "Be kind.")),
        Self.claude([Self.old, Self.answer], system(note, "Be rude.")))
        == nil)
  }

  @Test("A report counts for a day, and as long as its run goes on")
  func age() {
    let prompting = Prompting()
    prompting.desk = Desk(limits: RunLimits(idleMicroseconds: 30 * 86_400 * 1_000_000))
    prompting.turn(Self.first, prompt: 100)
    prompting.desk.pass(seconds: 86_000)
    #expect(prompting.ask(Self.second).byReport != nil)
    prompting.desk.pass(seconds: 1_000)
    #expect(prompting.ask(Self.second).byReport == nil)
    prompting.turn(Self.first, prompt: 100)
    #expect(prompting.ask(Self.second).byReport != nil)
    prompting.desk.pass(seconds: 40 * 86_400)
    _ = prompting.desk.book.expire(at: prompting.desk.now, max: 10)
    #expect(prompting.ask(Self.second).byReport == nil)
  }

  @Test("Of two reports of one prompt the greater one counts")
  func twice() {
    for reports in [[1_000, 900], [900, 1_000]] as [[Int64]] {
      let prompting = Prompting()
      for report in reports { prompting.turn(Self.first, prompt: report) }
      #expect(prompting.ask(Self.second).byReport ?? 0 >= 1_000)
      #expect(prompting.ask(Self.second).byReport ?? 0 < 1_500)
    }
  }

  @Test("More tokens than a link holds are no report")
  func huge() {
    let prompting = Prompting()
    #expect(prompting.bound(Self.first, Self.second) { $0.usage[0].usage[.input] = 1 << 32 } == nil)
    #expect(prompting.bound(Self.first, Self.second) { $0.usage[0].usage[.input] = 1 << 32 - 1 } ?? 0 >= 1 << 32 - 1)
  }

  @Test("An earlier beginning counts where the last ones were changed, with all behind it by its bytes")
  func earlier() throws {
    let prompting = Prompting()
    prompting.turn(Self.first, prompt: 1_000)
    prompting.turn(Self.second, prompt: 1_100)
    let changed = Self.chat([Self.old, Self.answer.replacing("hi", with: "hey"), Self.new, Self.answer])
    let bound = try #require(prompting.ask(changed).byReport)
    #expect(bound >= 1_000 + Int64((Self.answer + Self.new + Self.answer).utf8.count))
    #expect(bound < 1_000 + 700)
  }

  @Test("Of a long conversation the last 64 beginnings are looked at")
  func long() {
    let messages = (0..<300).map { #"{"role":"\#($0 % 2 == 0 ? "user" : "assistant")","content":"m\#($0)"}"# }
    for count in [200, 236, 237, 290, 299] {
      let prompting = Prompting()
      prompting.turn(Self.chat(Array(messages.prefix(count))), prompt: 5_000)
      #expect((prompting.ask(Self.chat(messages)).byReport != nil) == (count >= 237), "\(count)")
    }
  }

  @Test("Reports outlive a restart, from batches or from a snapshot")
  func restart() {
    let prompting = Prompting()
    prompting.turn(Self.first, prompt: 1_000)
    let bound = prompting.ask(Self.second).byReport
    let kept = [[prompting.desk.book.takeChanges()], [prompting.desk.book.snapshot()]]
    #expect(bound != nil)
    for batches in kept {
      let later = Prompting()
      later.desk.now = prompting.desk.now
      later.desk.book = RunBook(key: fingerprints)
      #expect(later.desk.book.restore(batches) == 0)
      #expect(later.ask(Self.second).byReport == bound)
    }
  }
}
