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
    wasSent: Bool = true, reading: ReplyReading = .whole, responseBytes: Int64 = 5_000, outputTokensMax: Int64? = nil,
    wasCounted: Bool = false
  ) -> MeteredUsage {
    MeteredUsage(
      endpoint: endpoint, request: request ?? self.request(), requestBytes: 1_000, reply: reply,
      end: CallEnd(
        wasSent: wasSent, status: status, reading: reading, responseBytes: responseBytes,
        outputTokensMax: outputTokensMax),
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

  @Test("counts the output of a stream that came to its end and left the last part of its usage out")
  func endWithoutOutput() {
    var reply = ReplyFacts()
    reply.isTerminal = true
    reply.usage = reported(input: 2_000)
    reply.outputTextBytes = 404
    let whole = metered(Self.messages, reply: reply)
    #expect(whole.source == .provider && whole.total[.output] == 0)
    reply.lacksOutput = true
    let lacking = metered(Self.messages, reply: reply)
    #expect(lacking.source == .counted && lacking.total[.input] == 2_000 && lacking.total[.output] == 100)
  }

  @Test("is the length of a sound that is billed by it, and not its text too, unless that was streamed")
  func soundByLength() {
    var sound = RequestFacts()
    sound.isComplete = true
    sound.usage[.inputAudioTime] = 60
    let transcription = Endpoint(dialect: .openai, operation: .transcription)
    var reply = ReplyFacts()
    reply.isTerminal = true
    reply.outputTextBytes = 444
    let byLength = metered(transcription, request: sound, reply: reply)
    #expect(byLength.total[.inputAudioTime] == 60 && byLength.total[.output] == 0)
    reply.contentDeltas = 30
    #expect(metered(transcription, request: sound, reply: reply).total[.output] == 100)
  }

  @Test("is the prompt where the upstream had the request and never answered")
  func neverAnswered() {
    let metered = metered(status: 0)
    #expect(metered.source == .counted)
    #expect(metered.total[.input] == 100)
  }

  @Test("is a bound where the request cannot be read")
  func unreadRequest() {
    var unread = request()
    unread.isComplete = false
    #expect(metered(request: unread).source == .bound)
  }

  @Test(
    "is what the model can write at most where the reply cannot be decoded; its bytes are packed, and bound nothing")
  func undecodable() {
    let named = metered(reading: .undecodable, outputTokensMax: 16_384)
    #expect(named.source == .bound)
    #expect(named.total[.output] == 16_384)
    // deflate packs 1,032 bytes into one.
    #expect(metered(reading: .undecodable).total[.output] == 5_000 * 1_032)
    #expect(metered(reading: .undecodable, responseBytes: .max).total[.output] == .max)
    let unanswered = metered(status: 0, reading: .undecodable, responseBytes: 0, outputTokensMax: 16_384)
    #expect(unanswered.source == .counted)
    #expect(unanswered.total[.output] == 0)
  }

  @Test("is at least what was seen of a reply that is damaged")
  func damagedBehindText() {
    var reply = ReplyFacts()
    reply.outputTextBytes = 4_440
    #expect(metered(reply: reply, reading: .undecodable, outputTokensMax: 800).total[.output] == 1_000)
    #expect(metered(reply: reply, reading: .undecodable, outputTokensMax: 2_000).total[.output] == 2_000)
  }

  @Test("is bounded by its bytes and by its limit where a document is cut or malformed")
  func cutDocument() {
    let cut = metered(reading: .broken(bytes: 5_000))
    #expect(cut.source == .bound)
    #expect(cut.total[.output] == 5_000)
    #expect(metered(reading: .broken(bytes: 5_000), outputTokensMax: 256).total[.output] == 256)
    #expect(metered(status: 0, reading: .broken(bytes: 0), responseBytes: 0).source == .counted)
  }

  @Test("has the bound beside a reported prompt where the rest cannot be decoded")
  func undecodableAfterInput() {
    var reply = ReplyFacts()
    reply.usage = reported(input: 2_000)
    let metered = metered(Self.messages, reply: reply, reading: .undecodable, outputTokensMax: 4_096)
    #expect(metered.source == .bound)
    #expect(metered.total[.input] == 2_000)
    #expect(metered.total[.output] == 4_096)
  }

  @Test("has no output where the API writes no text, however much of its reply cannot be read")
  func noText() {
    let embeddings = Endpoint(dialect: .openai, operation: .embeddings)
    for reading: ReplyReading in [.undecodable, .broken(bytes: 90_000)] {
      let metered = metered(embeddings, reading: reading)
      #expect(metered.source == .counted)
      #expect((metered.total[.input], metered.total[.output]) == (100, 0))
    }
    var reply = ReplyFacts()
    reply.usage = reported(input: 7)
    #expect(metered(embeddings, reply: reply, reading: .undecodable).source == .provider)
  }

  @Test("has the output of a tokenized prompt, which the request fixes")
  func tokenizedPrompt() {
    var fixed = request()
    fixed.usage[.input] = 12
    let completions = Endpoint(dialect: .openai, operation: .completions)
    let metered = metered(completions, request: fixed, reading: .undecodable, outputTokensMax: 16)
    #expect((metered.total[.input], metered.total[.output]) == (12, 16))
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
