import Testing

@testable import Metering

@Suite("Whose prices count")
struct PriceTermsTests {
  private let used = usage([.input: 1_000])

  private func pricedAs(
    _ terms: PriceTerms, _ model: String, dialect: String? = nil, at: String = "2026-11-20"
  ) throws -> String? {
    try #require(embeddedBook).modelID(terms, dialect: dialect, model: model, at: try instant(at))
  }

  @Test(
    "The gateway's names lead to their files",
    arguments: [
      ("gemini", "gemini-2.5-flash", "gemini-2.5-flash"), ("vertex", "claude-opus-5", "claude-opus-5"),
      ("vertex", "models/gemini-2.5-pro", "gemini-2.5-pro"), ("voyage", "voyage-3.5", "voyage-3.5"),
      ("moonshot", "kimi-k3", "kimi-k3"), ("azure", "gpt-5-nano", "gpt-5-nano"),
      ("azure", "grok-4-1-fast-non-reasoning", "grok-4.3"),
      ("bedrock", "amazon.nova-micro-v1:0", "amazon.nova-micro-v1:0"),
      ("openai", "gpt-5", "gpt-5"), ("x-ai", "grok-4.3", "grok-4.3"),
    ])
  func names(provider: String, model: String, expected: String) throws {
    #expect(try pricedAs(PriceTerms(provider: provider), model) == expected)
  }

  @Test(
    "The host that calls go to comes before the name, and the operator's word before both",
    arguments: [
      ("api.groq.com", nil, "openai/gpt-oss-120b"), ("acme.openai.azure.com", nil, "gpt-5"),
      ("bedrock-runtime.eu-central-1.amazonaws.com", nil, "eu.anthropic.claude-sonnet-5-5"),
      ("10.0.0.7", "groq", "openai/gpt-oss-120b"), ("api.openai.com", "groq", "openai/gpt-oss-120b"),
    ] as [(String, String?, String)])
  func hosts(host: String, file: String?, model: String) throws {
    let terms = PriceTerms(provider: "mine", host: host, priceFile: file)
    #expect(try pricedAs(terms, model) != nil)
    #expect(try pricedAs(terms, "no-such-model") == nil)
  }

  @Test("A host may say something about the price: Google's regional endpoints cost a tenth more")
  func hostSets() throws {
    let book = try #require(embeddedBook)
    func cost(_ host: String) throws -> Int64 {
      book.charge(
        PriceTerms(provider: "vertex", host: host), model: "gemini-3.5-flash", startedAt: try instant("2026-11-20"),
        usage: used, context: PricingContext()
      ).costPicodollars
    }
    #expect(try cost("aiplatform.googleapis.com") == 1_000 * 1_500_000)
    #expect(try cost("europe-west4-aiplatform.googleapis.com") == 1_000 * 1_650_000)
  }

  @Test("A gateway that the book does not know is priced only by ids that its dialect's maker writes out")
  func unknownGateway() throws {
    let mine = PriceTerms(provider: "mine", host: "llm.example.com")
    #expect(try pricedAs(mine, "gpt-5-2025-08-07", dialect: "openai") == "gpt-5")
    #expect(try pricedAs(mine, "claude-sonnet-4-6", dialect: "openai") == nil)
    #expect(try pricedAs(mine, "gpt-5") == nil)
    // A glob with a star would take it, and anybody may serve open weights.
    #expect(try pricedAs(mine, "gpt-4o-mini-audio-mine", dialect: "openai") == nil)
    #expect(try pricedAs(PriceTerms(provider: "openai"), "gpt-4o-mini-audio-mine") != nil)
    #expect(try pricedAs(mine, "gpt-oss-120b", dialect: "openai") == nil)
  }

  @Test("A known provider is never priced by another's file for want of its own")
  func noDialectFallback() throws {
    #expect(try pricedAs(PriceTerms(provider: "groq"), "gpt-5", dialect: "openai") == nil)
    #expect(try pricedAs(PriceTerms(provider: "together"), "gpt-4.1", dialect: "openai") == nil)
  }

  @Test("Retired names are charged as what answers by them since, from the instant on")
  func retiredNames() throws {
    let xai = PriceTerms(provider: "xai")
    #expect(try pricedAs(xai, "grok-code-fast-1", at: "2026-05-15T18:59:59Z") == "grok-code-fast-1")
    #expect(try pricedAs(xai, "grok-code-fast-1", at: "2026-05-15T19:00:00Z") == "grok-build-0.1")
    #expect(try pricedAs(xai, "grok-4-fast", at: "2026-05-15T19:00:00Z") == "grok-4.3")
    let deepseek = PriceTerms(provider: "deepseek")
    #expect(try pricedAs(deepseek, "deepseek-chat", at: "2026-04-23") == "deepseek-chat")
    #expect(try pricedAs(deepseek, "deepseek-chat", at: "2026-04-24") == "deepseek-v4-flash")
    let mistral = PriceTerms(provider: "mistral")
    #expect(try pricedAs(mistral, "mistral-large-latest", at: "2025-12-01") == "mistral-large")
    #expect(try pricedAs(mistral, "mistral-large-latest", at: "2025-12-02") == "mistral-large-2512")
    #expect(try pricedAs(mistral, "mistral-large-latest", at: "2026-10-06") == "mistral-large-4")
    #expect(try pricedAs(mistral, "magistral-small-latest", at: "2026-07-01") == "mistral-small-2603")
  }

  @Test("A negotiated rate multiplies the charge, exactly, while it is in force")
  func discount() throws {
    let book = try #require(embeddedBook)
    let discount = try #require(
      PriceDiscount(times: "0.88", from: try instant("2026-09-01"), to: try instant("2026-12-01")))
    let terms = PriceTerms(provider: "openai", discounts: [discount])
    func charge(_ at: String) throws -> Charge {
      book.charge(
        terms, model: "gpt-4.1", startedAt: try instant(at), usage: usage([.input: 1_001, .output: 7]),
        context: PricingContext())
    }
    let full: Int64 = 1_001 * 2_000_000 + 7 * 8_000_000
    #expect(try charge("2026-08-31T23:59:59Z").costPicodollars == full)
    let reduced = try charge("2026-09-01")
    #expect(reduced.costPicodollars == full * 88 / 100 && !reduced.isRounded)
    #expect(reduced.discount == ChargeDiscount(times: "0.88", differencePicodollars: -(full * 12 / 100)))
    #expect(reduced.lines.map(\.costPicodollars).reduce(0, +) == full)
    #expect(try charge("2026-12-01").discount == nil)
  }

  @Test("Of several rates the last one in force counts; a third is exact to the last pico-dollar, rounded once")
  func discounts() throws {
    let book = try book(model: #""match": ["m"], "prices": [{"source": "page", "rates": {"in": "0.000001"}}]"#)
    let terms = PriceTerms(
      provider: "p",
      discounts: [
        try #require(PriceDiscount(times: "0.5")),
        try #require(PriceDiscount(times: "1/3", from: try instant("2026-11-01"))),
      ])
    func cost(_ tokens: Int64, _ at: String) throws -> Int64 {
      book.charge(
        terms, model: "m", startedAt: try instant(at), usage: usage([.input: tokens]), context: PricingContext()
      ).costPicodollars
    }
    #expect(try cost(9, "2026-10-31") == 4)
    #expect(try cost(11, "2026-10-31") == 6)
    #expect(try cost(8, "2026-11-01") == 3)
    #expect(try cost(.max, "2026-11-01") == .max / 3)
  }

  @Test("What is no rate is refused", arguments: ["", "0", "-1", "x", "1000", "1e2", "0/5"])
  func badDiscounts(times: String) {
    #expect(PriceDiscount(times: times) == nil)
  }

  @Test("An unknown model may be charged as another, and the charge says so")
  func substitute() throws {
    let book = try #require(embeddedBook)
    func charge(_ policy: UnpricedPolicy, _ model: String) throws -> Charge {
      book.charge(
        PriceTerms(provider: "openai", unpriced: policy), model: model, startedAt: try instant("2026-11-20"),
        usage: used, context: PricingContext())
    }
    let substituted = try charge(.chargeAs(model: "gpt-4.1"), "gpt-99")
    #expect(substituted.source == .substituted && substituted.pricedAs == "gpt-4.1")
    #expect(substituted.costPicodollars == 1_000 * 2_000_000)
    #expect(try charge(.chargeAs(model: "gpt-4.1"), "gpt-5").source == .priced)
    #expect(try charge(.chargeAs(model: "gpt-98"), "gpt-99").source == .unpriced)
    #expect(try charge(.allow, "gpt-99").source == .unpriced)
  }

  @Test("The dearest model of today is one that is sold today")
  func dearest() throws {
    let book = try PriceBook(files: [
      embeddedMeters(),
      (
        "p.json",
        Array(
          """
          {"format": 1, "provider": "p", "name": "P", "currency": "USD",
           "sources": {"page": {"what": "a page", "url": "https://p.example/prices"}}, "models": [
           {"id": "gone", "deprecated": true, "match": ["gone"], "prices": [{"source": "page", "rates": {"in": "9", "out": "99"}}]},
           {"id": "ended", "match": ["ended"], "prices": [{"to": "2026-01-01", "source": "page", "rates": {"in": "9", "out": "98"}}]},
           {"id": "low", "match": ["low"], "prices": [{"source": "page", "rates": {"in": "1", "out": "30"}}]},
           {"id": "top", "match": ["top"], "prices": [{"source": "page", "rates": {"in": "5", "out": "30"}},
            {"from": "2027-01-01", "source": "page", "rates": {"in": "0.1", "out": "0.1"}}]},
           {"id": "image", "match": ["image"], "prices": [{"source": "page", "rates": {"out.images": "1000"}}]}]}
          """.utf8)
      ),
    ])
    let terms = PriceTerms(provider: "p")
    #expect(book.dearestCurrentModel(terms, at: try instant("2026-11-20")) == "top")
    #expect(book.dearestCurrentModel(terms, at: try instant("2027-01-01")) == "low")
    #expect(book.dearestCurrentModel(terms, at: try instant("2025-01-01")) == "ended")
    #expect(book.dearestCurrentModel(PriceTerms(provider: "q"), at: try instant("2026-11-20")) == nil)
    #expect(book.currentModelIDs(terms, at: try instant("2026-11-20")) == ["low", "top", "image"])
    for provider in ["openai", "anthropic", "google", "mistral", "deepseek", "xai"] {
      let model = try #require(embeddedBook).dearestCurrentModel(
        PriceTerms(provider: provider), at: try instant("2026-11-20"))
      #expect(model != nil, "\(provider)")
    }
  }
}
