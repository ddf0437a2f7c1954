import Dialects
import Metering
import Testing

@testable import Gateway

@Suite("What a call is charged for")
struct MeteredUsageTests {
  private static let chat = Endpoint(dialect: .openai, operation: .chatCompletions)
  private static let messages = Endpoint(dialect: .anthropic, operation: .messages)

  private func request(textBytes: Int64 = 444) -> RequestFacts {
    var facts = RequestFacts()
    facts.isComplete = true
    facts.promptTextBytes = textBytes
    return facts
  }

  private func metered(
    _ endpoint: Endpoint = chat, request: RequestFacts? = nil, reply: ReplyFacts = ReplyFacts(), status: Int = 200,
    wasSent: Bool = true, isOpaque: Bool = false, isStream: Bool = true, responseBytes: Int64 = 5_000,
    wasCounted: Bool = false
  ) -> MeteredUsage {
    MeteredUsage(
      endpoint: endpoint, request: request ?? self.request(), requestBytes: 1_000, reply: reply,
      call: CallEnd(
        wasSent: wasSent, status: status, isReplyOpaque: isOpaque, isStream: isStream, responseBytes: responseBytes),
      wasCounted: wasCounted,
      estimate: TokenEstimate(
        model: endpoint.dialect == .anthropic ? "claude-opus-4-5" : "gpt-4o", dialect: endpoint.dialect,
        workflow: "nightly", counts: LearnedCounts()))
  }

  private func reported(input: Int64, output: Int64 = 0) -> [ModelUsage] {
    var usage = Usage()
    usage[.input] = input
    usage[.output] = output
    return [ModelUsage(model: nil, usage: usage)]
  }

  @Test("is what the provider reported, a reported zero included")
  func providerWins() {
    for (input, output): (Int64, Int64) in [(7, 3), (0, 0)] {
      var reply = ReplyFacts()
      reply.isTerminal = true
      reply.outputTextBytes = 100
      reply.usage = reported(input: input, output: output)
      let metered = metered(reply: reply)
      #expect(metered.source == .provider)
      #expect(metered.total[.input] == input)
      #expect(metered.total[.output] == output)
    }
  }

  @Test("is counted from the text of a stream that left its usage out")
  func countedStream() {
    var reply = ReplyFacts()
    reply.isTerminal = true
    reply.outputTextBytes = 4_440
    let metered = metered(reply: reply)
    #expect(metered.source == .counted)
    #expect(metered.total[.input] == 100)
    #expect(metered.total[.output] == 1_000)
  }

  @Test("counts OpenAI's deltas where they are more than the text suggests")
  func deltas() {
    var reply = ReplyFacts()
    reply.outputTextBytes = 44
    reply.contentDeltas = 25
    #expect(metered(reply: reply).total[.output] == 25)
    #expect(metered(Self.messages, reply: reply).total[.output] == 11)
  }

  @Test("takes the reported input and counts the output of a stream that was cut")
  func cutAfterInput() {
    var reply = ReplyFacts()
    reply.usage = reported(input: 2_000)
    reply.outputTextBytes = 404
    let metered = metered(Self.messages, reply: reply)
    #expect(metered.source == .counted)
    #expect(metered.total[.input] == 2_000)
    #expect(metered.total[.output] == 100)
  }

  @Test("is the prompt where the upstream had the request and never answered")
  func neverAnswered() {
    let metered = metered(status: 0)
    #expect(metered.source == .counted)
    #expect(metered.total[.input] == 100)
  }

  @Test("is a bound where the request or the reply cannot be read")
  func bounds() {
    let opaque = metered(isOpaque: true)
    #expect(opaque.source == .bound)
    #expect(opaque.total[.output] == 5_000)
    var unread = request()
    unread.isComplete = false
    #expect(metered(request: unread).source == .bound)
  }

  @Test("is bounded by its bytes where a document is cut or malformed")
  func cutDocument() {
    let cut = metered(isStream: false)
    #expect(cut.source == .bound)
    #expect(cut.total[.output] == 5_000)
    #expect(metered(status: 0, isStream: false, responseBytes: 0).source == .counted)
  }

  @Test("is nothing for a redirect")
  func redirect() {
    #expect(metered(status: 307).source == .none)
  }

  @Test("is nothing where nothing was sent, the API is free, or the reply was an error before any text")
  func nothing() {
    #expect(metered(wasSent: false).source == .none)
    #expect(metered(Endpoint(dialect: .openai, operation: .models)).source == .none)
    #expect(metered(status: 429).source == .none)
    var failed = ReplyFacts()
    failed.errorCode = "overloaded_error"
    #expect(metered(Self.messages, reply: failed).source == .none)
  }

  @Test("is counted where an error came after text")
  func errorAfterText() {
    var reply = ReplyFacts()
    reply.errorCode = "overloaded_error"
    reply.outputTextBytes = 404
    #expect(metered(Self.messages, reply: reply).source == .counted)
  }

  @Test("counts a response once, however often it is fetched")
  func polls() {
    let retrieval = Endpoint(dialect: .openai, operation: .responseRetrieval)
    var reply = ReplyFacts()
    reply.usage = reported(input: 5, output: 5)
    reply.isTerminal = true
    #expect(metered(retrieval, reply: reply).source == .provider)
    #expect(metered(retrieval, reply: reply, wasCounted: true).source == .none)
    var pending = ReplyFacts()
    pending.isPending = true
    #expect(metered(Endpoint(dialect: .openai, operation: .responses), reply: pending).source == .none)
  }
}
