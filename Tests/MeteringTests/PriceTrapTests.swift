import Testing

@testable import Metering

/// What other price lists get wrong, each by the provider's own rule.
@Suite("Traps of the price lists")
struct PriceTrapTests {
  private func rate(
    _ provider: String, _ model: String, _ meter: String, prompt: Int64 = 0, at: String = "2026-11-20",
    context: PricingContext = PricingContext()
  ) throws -> String? {
    try #require(embeddedBook).resolve(
      provider: provider, model: model, at: try instant(at), promptTokens: prompt, context: context
    )?.rates.first { $0.meter == meter }?.price
  }

  @Test("A prompt of exactly 200,000 tokens is long for xAI, and not for Google")
  func thresholds() throws {
    #expect(try rate("xai", "grok-4.3", "in", prompt: 199_999) == "1.25")
    #expect(try rate("xai", "grok-4.3", "in", prompt: 200_000) == "2.5")
    #expect(try rate("google", "gemini-2.5-pro", "in", prompt: 200_000) == "1.25")
    #expect(try rate("google", "gemini-2.5-pro", "in", prompt: 200_001) == "2.5")
  }

  @Test("Groq's batch and its cached price do not add up")
  func groqBatch() throws {
    let batch = PricingContext(serviceTier: "default", processing: "batch")
    #expect(try rate("groq", "openai/gpt-oss-120b", "in", context: batch) == "0.075")
    #expect(try rate("groq", "openai/gpt-oss-120b", "in.cached", context: batch) == "0.075")
    #expect(try rate("groq", "openai/gpt-oss-120b", "in.cached") == "0.075")
  }

  @Test("A batch leaves Gemini 2.5's cached price alone and halves Gemini 3.8's")
  func geminiBatch() throws {
    let batch = PricingContext(processing: "batch")
    #expect(try rate("google", "gemini-2.5-flash", "in.cached", context: batch) == "0.03")
    #expect(try rate("google", "gemini-3.8-flash", "in.cached") == "0.075")
    #expect(try rate("google", "gemini-3.8-flash", "in.cached", context: batch) == "0.0375")
  }

  /// 9 tokens of text at 0.1, 248 at 0.4, and three seconds at 0.24 dollars an hour.
  @Test("Sound that Mistral bills by its length is not billed by its tokens too, cached or not")
  func soundByTime() throws {
    let heard: [Usage] = [
      usage([.input: 9, .inputAudio: 375, .inputAudioTime: 3_000, .output: 248]),
      usage([.input: 9, .cachedInputAudio: 375, .inputAudioTime: 3_000, .output: 248]),
    ]
    for usage in heard {
      let charge = try #require(embeddedBook).charge(
        provider: "mistral", model: "voxtral-small-latest", startedAt: try instant("2026-11-20"), usage: usage,
        context: PricingContext())
      #expect(charge.costPicodollars == 300_100_000)
      #expect(charge.source == .priced)
    }
  }

  @Test(
    "DeepSeek's peak hours, days and holidays in Beijing",
    arguments: [
      ("2026-11-20T01:00:00Z", 3_696_000_000), ("2026-11-20T04:00:00Z", 1_848_000_000),
      ("2026-11-21T02:00:00Z", 1_848_000_000), ("2026-08-22T02:00:00Z", 3_696_000_000),
      ("2026-08-16T15:59:00Z", 902_625_000), ("2026-10-01T02:00:00Z", 1_848_000_000),
      ("2026-09-30T02:00:00Z", 3_696_000_000), ("2026-10-08T02:00:00Z", 3_696_000_000),
      ("2026-08-28T16:30:00Z", 1_848_000_000),
    ] as [(String, Int64)])
  func deepSeek(at: String, picodollars: Int64) throws {
    let charge = try #require(embeddedBook).charge(
      provider: "deepseek", model: "deepseek-v4-pro", startedAt: try instant(at),
      usage: usage([.input: 1_000, .cachedInput: 9_000, .output: 500]), context: PricingContext())
    #expect(charge.costPicodollars == picodollars)
  }

  @Test("DeepSeek's history, by the instants of its page")
  func deepSeekHistory() throws {
    #expect(try rate("deepseek", "deepseek-chat", "out", at: "2025-09-05T15:59:59Z") == "1.1")
    #expect(try rate("deepseek", "deepseek-chat", "out", at: "2025-09-05T16:00:00Z") == "1.68")
    #expect(try rate("deepseek", "deepseek-chat", "out", at: "2025-12-24") == "0.42")
    #expect(try rate("deepseek", "deepseek-v4-flash", "out", at: "2026-09-10T04:00:00Z") == "0.6")
  }

  @Test("A model of Anthropic on Bedrock costs a tenth more in a region than on the global profile")
  func bedrockRegions() throws {
    #expect(try rate("bedrock", "global.anthropic.claude-sonnet-5-5", "in") == "2")
    for id in ["anthropic.claude-sonnet-5-5", "us.anthropic.claude-sonnet-5-5", "eu.anthropic.claude-sonnet-5-5"] {
      #expect(try rate("bedrock", id, "in") == "2.2", "\(id)")
    }
  }

  @Test("Speech to OpenAI's transcribers costs more than text")
  func transcription() throws {
    #expect(try rate("openai", "gpt-4o-transcribe", "in.audio") == "6")
    #expect(try rate("openai", "gpt-4o-mini-transcribe", "in.audio") == "3")
  }

  @Test("An introductory price ends by itself")
  func introductory() throws {
    #expect(try rate("google", "gemini-3.6-flash", "in", at: "2026-12-31T23:59:59Z") == "0.75")
    #expect(try rate("google", "gemini-3.6-flash", "in", at: "2027-01-01") == "1.5")
  }

  @Test("What a model reads of audio, image and video costs what its list says, cached or not")
  func kinds() throws {
    let book = try #require(embeddedBook)
    let charge = book.charge(
      provider: "openai", model: "gpt-realtime", startedAt: try instant("2026-11-20"),
      usage: usage([
        .input: 1, .inputAudio: 1, .cachedInputAudio: 1, .inputImage: 1, .cachedInputImage: 1, .output: 1,
        .outputAudio: 1,
      ]),
      context: PricingContext())
    #expect(
      charge.lines.map(\.costPicodollars) == [
        4_000_000, 32_000_000, 5_000_000, 400_000, 500_000, 16_000_000, 64_000_000,
      ])
  }
}
