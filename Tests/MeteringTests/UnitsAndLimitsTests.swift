import Testing

@testable import Metering

@Suite("Units, limits, and what is never billed")
struct UnitsAndLimitsTests {
  private func charge(
    _ provider: String, _ model: String, _ counts: [UsageCell: Int64], at: String = "2026-11-20",
    context: PricingContext = PricingContext()
  ) throws -> Charge {
    try #require(embeddedBook).charge(
      PriceTerms(provider: provider), model: model, startedAt: try instant(at), usage: usage(counts), context: context)
  }

  @Test("Milliseconds are priced by the hour, exactly, and rounded once")
  func time() throws {
    // 0.111 USD an hour is 30,833,333 1/3 pico-dollars a second.
    let charge = try charge("groq", "whisper-large-v3", [.inputAudioTime: 12_500])
    #expect(charge.costPicodollars == 385_416_667 && charge.isRounded && charge.source == .priced)
    #expect(charge.lines.first?.price == "0.111" && charge.lines.first?.unit == "seconds")
    // Three seconds come out whole.
    #expect(try self.charge("groq", "whisper-large-v3", [.inputAudioTime: 30_000]).isRounded == false)
  }

  @Test("Groq bills ten seconds of speech at least")
  func minimum() throws {
    let short = try charge("groq", "whisper-large-v3", [.inputAudioTime: 1])
    #expect(short.lines.map(\.quantity) == [1] && short.lines.map(\.billedQuantity) == [10_000])
    #expect(short.costPicodollars == 308_333_333)
    #expect(try charge("groq", "whisper-large-v3", [.inputAudioTime: 10_001]).lines[0].billedQuantity == 10_001)
    #expect(try charge("groq", "whisper-large-v3", [:]).costPicodollars == 0)
  }

  @Test("Gemini 2.5 bills a grounded prompt once, Gemini 3 each search")
  func maximum() throws {
    let prompt = try charge("google", "gemini-2.5-flash", [.webSearch: 3])
    #expect(prompt.costPicodollars == 35_000_000_000 && prompt.lines[0].billedQuantity == 1)
    #expect(try charge("google", "gemini-3-flash-preview", [.webSearch: 3]).costPicodollars == 3 * 14_000_000_000)
  }

  @Test("A maximum holds for all cells of a meter together")
  func maximumOfSeveralCells() throws {
    let book = try book(
      model: #""match": ["m"], "prices": [{"source": "page", "rates": {"in": "1"}, "maximum": {"in": 100}}]"#)
    let charge = book.charge(
      provider: "p", model: "m", startedAt: try instant("2026-11-20"),
      usage: usage([.input: 60, .cachedInput: 60, .cacheWrite: 60]), context: PricingContext())
    #expect(charge.lines.map(\.billedQuantity) == [60, 40, 0] && charge.costPicodollars == 100 * 1_000_000)
  }

  @Test("A cell falls back only to meters of its own unit")
  func unitsAreNotMixed() throws {
    for cell in [UsageCell.inputCharacters, .inputPages, .inputAudioTime, .outputVideoTime, .outputImages] {
      let charge = try charge("openai", "gpt-4.1", [cell: 5])
      #expect(charge.source == .partial && charge.costPicodollars == 0, "\(cell)")
    }
  }

  @Test("Time in one direction costs what time in both does, where only that has a price")
  func bothDirections() throws {
    let charge = try charge("openai", "gpt-live-1", [.inputAudioTime: 3_600_000, .outputAudioTime: 1_800_000])
    #expect(charge.costPicodollars == 4_500_000_000_000 && charge.lines.map(\.meter) == ["audio.time", "audio.time"])
    #expect(try self.charge("groq", "whisper-large-v3", [.audioTime: 1000]).source == .partial)
  }

  @Test("Storage in a cache is recorded, and never billed by the call")
  func storage() throws {
    let charge = try charge("google", "gemini-2.5-pro", [.input: 10, .cacheStorage: 1_000_000])
    #expect(charge.source == .priced && charge.costPicodollars == 10 * 1_250_000 && charge.lines.count == 1)
  }

  @Test(
    "Things are priced by their number",
    arguments: [
      ("openai", "dall-e-3", UsageCell.outputImages, 2, PricingContext(), 80_000_000_000),
      ("openai", "tts-1", .inputCharacters, 1_000, PricingContext(), 15_000_000_000),
      ("openai", "sora-2", .outputVideoTime, 4_000, PricingContext(), 400_000_000_000),
      ("openai", "gpt-5", .container, 1, PricingContext(), 30_000_000_000),
      ("mistral", "mistral-ocr-latest", .inputPages, 3, PricingContext(), 12_000_000_000),
      ("mistral", "mistral-ocr-latest", .inputPagesAnnotated, 3, PricingContext(), 15_000_000_000),
      ("mistral", "mistral-ocr-latest", .inputPages, 3, PricingContext(processing: "batch"), 6_000_000_000),
      ("cohere", "rerank-v3.5", .rerank, 2, PricingContext(), 4_000_000_000),
      ("xai", "grok-4.3", .socialSearch, 2, PricingContext(), 10_000_000_000),
      ("xai", "grok-voice-latest", .inputMessages, 5, PricingContext(), 20_000_000_000),
      ("google", "veo-3.1-generate-preview", .outputVideoTime, 8_000, PricingContext(), 3_200_000_000_000),
    ] as [(String, String, UsageCell, Int64, PricingContext, Int64)])
  func things(
    provider: String, model: String, cell: UsageCell, count: Int64, context: PricingContext, picodollars: Int64
  ) throws {
    let charge = try charge(provider, model, [cell: count], context: context)
    #expect(charge.costPicodollars == picodollars && charge.source == .priced)
  }

  @Test("Images cost by size and quality, video by its resolution")
  func sizes() throws {
    var context = PricingContext()
    context.size = "1792x1024"
    #expect(try charge("openai", "dall-e-3", [.outputImages: 1], context: context).costPicodollars == 80_000_000_000)
    context.quality = "hd"
    #expect(try charge("openai", "dall-e-3", [.outputImages: 1], context: context).costPicodollars == 120_000_000_000)
    context = PricingContext()
    context.resolution = "720p"
    #expect(
      try charge("xai", "grok-imagine-video", [.outputVideoTime: 1_000], context: context).costPicodollars
        == 70_000_000_000)
  }

  @Test("A fallback to a meter of other units, and a cell without a meter, are refused")
  func badMeters() throws {
    func reason(_ change: (String) -> String) -> String {
      let meters = change(String(decoding: embeddedMeters().bytes, as: UTF8.self))
      do throws(PriceBookError) {
        _ = try PriceBook(files: [("meters.json", Array(meters.utf8))])
        return ""
      } catch {
        return error.description
      }
    }
    #expect(
      reason { $0.replacing(#""fallback": "audio.time""#, with: #""fallback": "in""#) }.contains(
        "no meter of the same unit"))
    #expect(
      reason { $0.replacing(#""rerank":"#, with: #""ranked":"#) }.contains("meters.rerank: missing: calls use it"))
  }
}
