import Testing

@testable import Metering

/// The bound that hard budgets reserve by: whatever a provider reports within it costs no more.
@Suite("The ceiling of a call")
struct PriceCeilingTests {
  private func ceiling(
    _ provider: String, _ model: String, promptTokens: Int64, context: PricingContext = PricingContext()
  ) throws -> PriceCeiling? {
    try #require(embeddedBook).ceiling(
      PriceTerms(provider: provider), model: model, at: try instant("2026-11-23T12:00:00Z"), promptTokens: promptTokens,
      hasMedia: false, context: context)
  }

  @Test("takes the whole prompt as the dearest write of a cache, and every token of the reply at its price")
  func dearestWrite() throws {
    let book = try book(
      model: """
        "match": ["m"],
        "prices": [{"source": "page", "rates": {"in": "3", "in.cached": "0.3", "in.write": "3.75", "in.write.1h": "6", "out": "15"}}]
        """)
    let ceiling = book.ceiling(
      PriceTerms(provider: "p"), model: "m", at: try instant("2026-11-23T12:00:00Z"), promptTokens: 1000,
      hasMedia: false, context: PricingContext())
    // 6 and 15 USD a million.
    #expect(ceiling == PriceCeiling(promptPicodollars: 6_000_000_000, picodollarsPerOutputToken: 15_000_000))
    #expect(ceiling?.picodollars(outputTokens: 100) == 7_500_000_000)
  }

  @Test("takes the tier that the request names, and the dearest where it leaves that open")
  func tiers() throws {
    let book = try #require(embeddedBook)
    func perToken(_ tier: String?) throws -> Int64? {
      book.ceiling(
        PriceTerms(provider: "openai"), model: "gpt-5", at: try instant("2026-11-23T12:00:00Z"), promptTokens: 10,
        hasMedia: false, context: PricingContext(serviceTier: tier))?.picodollarsPerOutputToken
    }
    let plain = try #require(try perToken("default"))
    #expect(try perToken("priority") == 2 * plain)
    #expect(try perToken("flex") == plain / 2)
    #expect(try perToken(nil) == 2 * plain)
    #expect(try perToken("auto") == 2 * plain)
  }

  @Test("is not known where the book does not know the model, or sells no text by it")
  func unknown() throws {
    #expect(try ceiling("openai", "nobody-knows-this", promptTokens: 10) == nil)
    #expect(try ceiling("openai", "whisper-1", promptTokens: 10) == nil)
  }

  @Test("of what writes nothing is that of its prompt, where that is sold by tokens")
  func promptAlone() throws {
    func ceiling(_ model: String) throws -> PriceCeiling? {
      try #require(embeddedBook).ceiling(
        PriceTerms(provider: "openai"), model: model, at: try instant("2026-11-23T12:00:00Z"), promptTokens: 1000,
        hasMedia: false, writesText: false, context: PricingContext())
    }
    // 0.02 USD a million tokens.
    #expect(
      try ceiling("text-embedding-3-small")
        == PriceCeiling(promptPicodollars: 20_000_000, picodollarsPerOutputToken: 0))
    #expect(try ceiling("tts-1") == nil)
  }

  @Test("saturates instead of overflowing")
  func saturation() throws {
    let ceiling = try #require(try ceiling("openai", "gpt-5", promptTokens: .max))
    #expect(ceiling.promptPicodollars == .max)
    #expect(ceiling.picodollars(outputTokens: .max) == .max)
  }

  @Test("is never passed by a call within it, whatever the provider reports", arguments: [1, 2, 3] as [UInt64])
  func isBound(seed: UInt64) throws {
    let book = try #require(embeddedBook)
    var random = SeededGenerator(seed: seed)
    let at = try instant("2026-11-23T12:00:00Z")
    var compared = 0
    for provider in book.providers {
      let terms = PriceTerms(provider: provider)
      for model in book.modelIDs(provider: provider).shuffled(using: &random).prefix(25) {
        let usage = Self.usage(using: &random)
        let outputTokens = UsageCell.allCases.filter { $0.isTokens && !$0.isPromptTokens }.reduce(0) { $0 + usage[$1] }
        let asked = PricingContext(serviceTier: ["auto", "flex", nil].randomElement(using: &random) ?? nil)
        guard
          let ceiling = book.ceiling(
            terms, model: model, at: at, promptTokens: usage.promptTokens, hasMedia: true, context: asked)
        else { continue }
        var served = asked
        if asked.serviceTier != "flex" {
          served.serviceTier = ["default", "priority", "flex", nil].randomElement(using: &random) ?? nil
          served.geo = ["us", "eu", nil].randomElement(using: &random) ?? nil
        }
        let charge = book.charge(terms, model: model, startedAt: at, usage: usage, context: served, itemized: false)
        #expect(
          charge.costPicodollars <= ceiling.picodollars(outputTokens: outputTokens),
          "seed \(seed): \(provider) \(model) as \(served)")
        compared += 1
      }
    }
    #expect(compared > 150)
  }

  private static func usage(using random: inout SeededGenerator) -> Usage {
    var usage = Usage()
    for cell in UsageCell.allCases where cell.isTokens && cell.isBilledByCall {
      if Bool.random(using: &random) { usage[cell] = Int64.random(in: 0...100_000, using: &random) }
    }
    usage[.request] = Int64.random(in: 0...1, using: &random)
    return usage
  }
}
