import Dialects
import Metering
import Testing
import Tokenizers

@testable import Gateway

@Suite("Tokens that no provider reported")
struct TokenEstimateTests {
  private let counts = LearnedCounts()

  private func estimate(_ model: String?, workflow: String = "nightly", dialect: Dialect = .openai) -> TokenEstimate {
    TokenEstimate(model: model, dialect: dialect, workflow: workflow, counts: counts)
  }

  private func request(_ text: String, isCounted: Bool = true) -> RequestFacts {
    var facts = RequestFacts()
    facts.isComplete = true
    facts.promptTextBytes = Int64(text.utf8.count)
    if isCounted { facts.promptTally = Tokenizer.o200k.tally(Array(text.utf8).span.bytes) }
    return facts
  }

  private func reply(_ text: String, isCounted: Bool = true) -> ReplyFacts {
    var facts = ReplyFacts()
    facts.isTerminal = true
    facts.outputTextBytes = Int64(text.utf8.count)
    if isCounted { facts.outputTally = Tokenizer.o200k.tally(Array(text.utf8).span.bytes) }
    return facts
  }

  private func learn(
    _ model: String, workflow: String = "nightly", input: Int64, output: Int64, request: RequestFacts, reply: ReplyFacts
  ) {
    var usage = Usage()
    usage[.input] = input
    usage[.output] = output
    let estimate = estimate(model, workflow: workflow)
    counts.learn(model: model, workflow: workflow) {
      estimate.learn(usage, request: request, reply: reply, into: &$0)
    }
  }

  private let text = String(repeating: "The night job reads what the day has written. ", count: 20)

  @Test("are the count where the text was counted, and follow its bytes where not")
  func untaught() {
    let tokens = Tokenizer.o200k.count(Array(text.utf8).span.bytes)
    #expect(estimate("gpt-4o").prompt(request(text), requestBytes: 5_000) == tokens)
    #expect(estimate("gpt-4o").output(reply(text), dialect: .openai) == tokens)
    #expect(estimate("gpt-4o").prompt(request(text, isCounted: false), requestBytes: 5_000) == (920 * 100 + 443) / 444)
    #expect(estimate("gpt-4o").prompt(RequestFacts(), requestBytes: 444) == 100)
    #expect(estimate("claude-opus-4-8").prompt(request(text), requestBytes: 5_000) > tokens * 14 / 10)
  }

  @Test("are corrected by what the provider reported of the same model and workflow")
  func learned() {
    let tokens = Tokenizer.o200k.count(Array(text.utf8).span.bytes)
    for _ in 0..<3 {
      learn("grok-4", input: tokens * 2, output: tokens * 3, request: request(text), reply: reply(text))
    }
    #expect(abs(estimate("grok-4").prompt(request(text), requestBytes: 0) - tokens * 2) <= 1)
    #expect(abs(estimate("grok-4").output(reply(text), dialect: .openai) - tokens * 3) <= 1)
    // Text that was not counted follows the bytes.
    let longer = request(text + text, isCounted: false)
    #expect(abs(estimate("grok-4").prompt(longer, requestBytes: 0) - tokens * 4) <= 2)
    // Another workflow of the model has the model's mean; another model has learned nothing.
    #expect(abs(estimate("grok-4", workflow: "other").prompt(request(text), requestBytes: 0) - tokens * 2) <= 1)
    #expect(estimate("gpt-4o").prompt(request(text), requestBytes: 0) == tokens)
  }

  @Test("Text beyond what may be counted is added by its bytes")
  func partlyCounted() {
    var facts = request(text)
    facts.promptTextBytes += 4_440
    let tokens = Tokenizer.o200k.count(Array(text.utf8).span.bytes)
    #expect(estimate("gpt-4o").prompt(facts, requestBytes: 0) == tokens + 1_000)
  }

  @Test("A prompt is counted until its workflow is known")
  func wantsCount() {
    #expect(counts.wantsPromptCount(model: "gpt-4o", workflow: "nightly"))
    for _ in 0..<4 { learn("gpt-4o", input: 200, output: 20, request: request(text), reply: reply(text)) }
    #expect(!counts.wantsPromptCount(model: "gpt-4o", workflow: "nightly"))
    #expect(counts.wantsPromptCount(model: "gpt-4o", workflow: "other"))
  }

  @Test("Old calls fade, absurd ones are not learned from, and names cannot fill memory")
  func bounded() {
    var ratio = LearnedRatio()
    for _ in 0..<500 { ratio.learn(actual: 100, estimate: 100) }
    for _ in 0..<200 { ratio.learn(actual: 200, estimate: 100) }
    #expect((ratio.apply(to: 100) ?? 0) > 180)
    ratio.learn(actual: 1_000_000, estimate: 100)
    ratio.learn(actual: .max, estimate: .max)
    ratio.learn(actual: -4, estimate: 0)
    #expect((ratio.apply(to: 100) ?? 0) <= 200)
    #expect(ratio.apply(to: .max) != nil && ratio.samples <= 64)
    for index in 0..<10_000 { _ = counts.family(model: "model-\(index)") }
    #expect(counts.family(model: "gpt-4o") == .o200k)
  }

  @Test("What thinks out of sight has at least what was seen, until it is known how much more that is")
  func hiddenReasoning() {
    let chat = Endpoint(dialect: .openai, operation: .chatCompletions)
    let end = CallEnd(wasSent: true, status: 200, responseBytes: 100)
    func source(_ model: String) -> UsageSource {
      var request = request(text)
      request.model = model
      return MeteredUsage(
        endpoint: chat, request: request, requestBytes: 2_000, reply: reply(text), end: end, wasCounted: false,
        estimate: estimate(model)
      ).source
    }
    #expect(source("gpt-5.2") == .atLeast)
    #expect(source("gpt-4o") == .counted)
    learn("gpt-5.2", input: 200, output: 900, request: request(text), reply: reply(text))
    #expect(source("gpt-5.2") == .counted)
  }
}
