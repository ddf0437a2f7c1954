import Testing

@testable import Metering

@Suite("Charges")
struct ChargeTests {
  private let november = Timestamp("2026-11-20T01:00:00Z") ?? Timestamp(unixMicroseconds: 0)

  @Test("Haiku 5.5, batch, us, above its cliff: 16,225,000,000 pico-dollars")
  func haikuVector() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "anthropic", model: "claude-haiku-5-5-20261007", startedAt: november,
      usage: usage([
        .input: 10_000, .cachedInput: 120_000, .cacheWrite: 20_000, .cacheWrite1h: 1_000, .output: 2_000,
      ]),
      context: PricingContext(processing: "batch", geo: "us"))
    #expect(charge.costPicodollars == 16_225_000_000)
    #expect(charge.source == .priced && !charge.isRounded && !charge.isSaturated && !charge.isEnded)
    #expect(charge.pricedAs == "claude-haiku-5-5")
    #expect(
      charge.lines.map(\.costPicodollars) == [
        2_750_000_000, 3_300_000_000, 6_875_000_000, 550_000_000, 2_750_000_000,
      ])
    #expect(charge.lines.map(\.price) == ["0.275", "0.0275", "0.34375", "0.55", "1.375"])
  }

  @Test("gpt-6.1-sol, flex, eu, twelve hours of cache: 519,752,200,000 pico-dollars")
  func solVector() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "gpt-6.1-sol", startedAt: november,
      usage: usage([.input: 100_001, .cachedInput: 150_000, .cacheWrite12h: 50_000, .output: 1_000]),
      context: PricingContext(serviceTier: "flex", geo: "eu"))
    #expect(charge.costPicodollars == 519_752_200_000)
    #expect(
      charge.lines.map(\.costPicodollars) == [220_002_200_000, 16_500_000_000, 275_000_000_000, 8_250_000_000])
  }

  @Test(
    "DeepSeek's hours and days in Beijing",
    arguments: [
      ("2026-11-20T01:00:00Z", 3_696_000_000), ("2026-11-20T04:00:00Z", 1_848_000_000),
      ("2026-11-21T02:00:00Z", 1_848_000_000), ("2026-08-22T02:00:00Z", 3_696_000_000),
      ("2026-08-16T15:59:00Z", 902_625_000),
    ] as [(String, Int64)])
  func deepSeekVector(at: String, picodollars: Int64) throws {
    let book = try book(
      model: """
        "match": ["deepseek-v4-pro*"], "prices": [
         {"source": "page", "rates": {"in": "0.435", "out": "0.87", "in.cached": "0.003625"}},
         {"from": "2026-08-16T16:00:00Z", "source": "page", "rates": {"in": "0.66", "out": "1.98", "in.cached": "0.022"},
          "adjust": [
           {"hours": ["09:00-12:00", "14:00-18:00"], "zone": "+08:00", "to": "2026-08-22T16:00:00Z",
            "times": {"tokens": "2"}},
           {"hours": ["09:00-12:00", "14:00-18:00"], "days": ["mon", "tue", "wed", "thu", "fri"], "zone": "+08:00",
            "from": "2026-08-22T16:00:00Z", "times": {"tokens": "2"}}]}]
        """)
    let charge = book.charge(
      provider: "p", model: "deepseek-v4-pro", startedAt: try instant(at),
      usage: usage([.input: 1_000, .cachedInput: 9_000, .output: 500]), context: PricingContext())
    #expect(charge.costPicodollars == picodollars)
  }

  @Test("Cached and written tokens count towards a size tier, and a cliff prices the whole call")
  func sizeTiersCountEveryPromptToken() throws {
    let book = try #require(embeddedBook)
    func cost(_ fresh: Int64) -> Int64 {
      book.charge(
        provider: "anthropic", model: "claude-haiku-5-5", startedAt: november,
        usage: usage([.input: fresh, .cachedInput: 60_000, .cacheWrite5m: 30_000, .output: 0]),
        context: PricingContext()
      ).costPicodollars
    }
    #expect(cost(10_000) == 10_000 * 100_000 + 60_000 * 10_000 + 30_000 * 125_000)
    #expect(cost(10_001) == 10_001 * 500_000 + 60_000 * 50_000 + 30_000 * 625_000)
  }

  @Test("above means more than, at_least means as many as")
  func thresholdsAreExact() throws {
    for (key, first) in [("above", 200_001), ("at_least", 200_000)] as [(String, Int64)] {
      let book = try book(
        model: """
          "match": ["m"], "prices": [{"source": "page", "rates": {"in": "1", "out": "1"},
           "adjust": [{"\(key)": 200000, "rates": {"in": "2"}}]}]
          """)
      func price(_ tokens: Int64) -> String? {
        book.charge(
          provider: "p", model: "m", startedAt: november, usage: usage([.input: tokens]), context: PricingContext()
        ).lines.first?.price
      }
      #expect(price(first - 1) == "1")
      #expect(price(first) == "2")
    }
  }

  @Test("A batch is one though its tier says default")
  func batchWithDefaultTier() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "gpt-5-nano-2025-08-07", startedAt: november,
      usage: usage([.input: 36, .reasoning: 128]),
      context: PricingContext(serviceTier: "default", processing: "batch"))
    #expect(charge.costPicodollars == 36 * 25_000 + 128 * 200_000)
  }

  @Test("gpt-5.4 has published roundings in batch, and no dearer long prompts with priority")
  func gpt54() throws {
    let book = try #require(embeddedBook)
    func price(_ cell: UsageCell, _ count: Int64, _ context: PricingContext) -> String? {
      book.charge(
        provider: "openai", model: "gpt-5.4", startedAt: november, usage: usage([cell: count]), context: context
      ).lines.first?.price
    }
    #expect(price(.cachedInput, 10, PricingContext(processing: "batch")) == "0.13")
    #expect(price(.input, 272_001, PricingContext()) == "5")
    #expect(price(.input, 272_001, PricingContext(serviceTier: "priority")) == "5")
    #expect(price(.input, 272_000, PricingContext(serviceTier: "priority")) == "5")
    #expect(price(.input, 272_000, PricingContext()) == "2.5")
  }

  @Test("A web search by the preview tool costs more where the model does not reason")
  func webSearchPreview() throws {
    let book = try #require(embeddedBook)
    func cost(_ model: String, _ tool: String?) -> Int64 {
      book.charge(
        provider: "openai", model: model, startedAt: november, usage: usage([.webSearch: 1]),
        context: PricingContext(tool: tool)
      ).costPicodollars
    }
    #expect(cost("gpt-4.1-2025-04-14", "web_search_preview") == 25_000_000_000)
    #expect(cost("gpt-4.1-2025-04-14", "web_search") == 10_000_000_000)
    #expect(cost("gpt-4.1-2025-04-14", nil) == 10_000_000_000)
    #expect(cost("gpt-5", "web_search_preview") == 10_000_000_000)
  }

  @Test("The decisions endpoint bills no output")
  func decisions() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "gpt-6-luna", startedAt: november, usage: usage([.output: 1_000]),
      context: PricingContext(endpoint: "decisions"))
    #expect(charge.costPicodollars == 0)
    #expect(charge.source == .priced)
  }

  @Test("The price of the start counts, to the microsecond")
  func startDecides() throws {
    let book = try #require(embeddedBook)
    func price(_ at: String) throws -> String? {
      book.charge(
        provider: "openai", model: "gpt-5.6-sol", startedAt: try instant(at), usage: usage([.output: 1]),
        context: PricingContext()
      ).lines.first?.price
    }
    #expect(try price("2026-08-20T23:59:59.999999Z") == "30")
    #expect(try price("2026-08-21T00:00:00Z") == "20")
  }

  @Test("A cell falls back to the longest meter that is a prefix of it")
  func cellsFallBack() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "gpt-5.6-sol", startedAt: november,
      usage: usage([.cacheWrite30m: 10, .cacheWrite12h: 10, .reasoning: 10, .inputImage: 10]), context: PricingContext()
    )
    #expect(charge.lines.map(\.meter) == ["in", "in.write", "in.write.12h", "out"])
    #expect(charge.lines.map(\.cell) == [.inputImage, .cacheWrite30m, .cacheWrite12h, .reasoning])
  }

  @Test("An unknown model is unpriced, not free")
  func unknownModel() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "gpt-99", startedAt: november, usage: usage([.input: 5]), context: PricingContext())
    #expect(charge.source == .unpriced && charge.costPicodollars == 0 && charge.pricedAs == nil)
    #expect(charge.lines.map(\.quantity) == [5])
  }

  @Test("A model without a price for what was used is priced in part")
  func partial() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "text-embedding-3-small", startedAt: november, usage: usage([.input: 5, .output: 7]),
      context: PricingContext())
    #expect(charge.source == .partial && charge.costPicodollars == 5 * 20_000)
    #expect(charge.lines.last?.meter == nil && charge.lines.last?.cell == .output)
  }

  @Test("Several models are added exactly and rounded once")
  func severalModels() throws {
    let book = try book(
      model: #""match": ["m"], "prices": [{"source": "page", "rates": {"in": "1/2000000", "out": "1/3000000"}}]"#)
    let half = usage([.input: 1])
    #expect(
      book.charge(provider: "p", model: "m", startedAt: november, usage: half, context: PricingContext())
        .costPicodollars == 0)
    let both = book.charge(
      provider: "p", parts: [("m", half), ("m", half)], startedAt: november, context: PricingContext())
    #expect(both.costPicodollars == 1 && !both.isRounded)
    let mixed = book.charge(
      provider: "p", parts: [("m", usage([.output: 4])), ("x", half)], startedAt: november, context: PricingContext())
    #expect(mixed.costPicodollars == 1 && mixed.isRounded && mixed.source == .partial && mixed.pricedAs == "m")
    let none = book.charge(provider: "p", parts: [("x", half)], startedAt: november, context: PricingContext())
    #expect(none.source == .unpriced)
  }

  @Test("Size tiers look at each model's own prompt")
  func tiersOfSeveralModels() throws {
    let part = (model: "claude-haiku-5-5", usage: usage([.input: 60_000]))
    let charge = try #require(embeddedBook).charge(
      provider: "anthropic", parts: [part, part], startedAt: november, context: PricingContext())
    #expect(charge.costPicodollars == 2 * 60_000 * 100_000)
  }

  @Test("A charge without lines costs the same")
  func withoutLines() throws {
    let book = try #require(embeddedBook)
    let used = usage([.input: 3, .cachedInput: 5, .output: 7, .webSearch: 1])
    let itemized = book.charge(
      provider: "openai", model: "gpt-5", startedAt: november, usage: used, context: PricingContext())
    let bare = book.charge(
      provider: "openai", model: "gpt-5", startedAt: november, usage: used, context: PricingContext(), itemized: false)
    #expect(bare.costPicodollars == itemized.costPicodollars && bare.lines.isEmpty)
  }

  @Test("The largest counts neither trap nor wrap: the cost stays at the largest and says so")
  func overflow() throws {
    var used = Usage()
    for cell in UsageCell.allCases { used[cell] = .max }
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "gpt-realtime", startedAt: november, usage: used, context: PricingContext(geo: "eu"))
    #expect(charge.costPicodollars == .max && charge.isSaturated)
    let ends = [Int64.min, .min + 1, .max].map(Timestamp.init(unixMicroseconds:))
    for end in ends {
      let charge = try #require(embeddedBook).charge(
        provider: "openai", model: "gpt-5.6-sol", startedAt: end, usage: used, context: PricingContext())
      #expect(charge.isSaturated)
    }
  }

  @Test("After its end a period still prices, and says so")
  func ended() throws {
    let book = try book(
      model: #""match": ["m"], "prices": [{"to": "2026-11-01", "source": "page", "rates": {"in": "1", "out": "1"}}]"#)
    func isEnded(_ at: String) throws -> Bool {
      let charge = book.charge(
        provider: "p", model: "m", startedAt: try instant(at), usage: usage([.input: 1]), context: PricingContext())
      #expect(charge.costPicodollars == 1_000_000)
      return charge.isEnded
    }
    #expect(try !isEnded("2026-10-31T23:59:59Z"))
    #expect(try isEnded("2026-11-01T00:00:00Z"))
  }

  @Test("Before its first period a model has no price")
  func beforeTheFirstPeriod() throws {
    let book = try book(
      model: #""match": ["m"], "prices": [{"from": "2026-11-01", "source": "page", "rates": {"in": "1", "out": "1"}}]"#)
    let charge = book.charge(
      provider: "p", model: "m", startedAt: try instant("2026-10-01"), usage: usage([.input: 1]),
      context: PricingContext())
    #expect(charge.source == .unpriced)
  }

  @Test("A minimum is billed once for the cells of its meter")
  func minimum() throws {
    let book = try book(
      model: """
        "match": ["m"], "prices": [{"source": "page", "rates": {"in": "1", "out": "1"}, "minimum": {"in": 100}}]
        """)
    func quantities(_ counts: [UsageCell: Int64]) -> [Int64] {
      book.charge(
        provider: "p", model: "m", startedAt: november, usage: usage(counts), context: PricingContext()
      ).lines.map(\.billedQuantity)
    }
    #expect(quantities([.input: 10, .cachedInput: 20, .output: 1]) == [80, 20, 1])
    #expect(quantities([.input: 90, .cachedInput: 20, .output: 1]) == [90, 20, 1])
    #expect(quantities([.cachedInput: 20]) == [100])
    #expect(quantities([.output: 5]) == [5])
  }
}
