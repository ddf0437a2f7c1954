import Testing

@testable import Metering

@Suite("Pricing a call again")
struct RepricingTests {
  private func call(_ model: String, source: CostSource = .unpriced) -> CallRecord {
    var call = CallRecord(
      id: CallID(rawValue: 1), startedAt: Timestamp("2026-11-23T00:00:00Z") ?? Timestamp(unixMicroseconds: 0),
      provider: "openai", method: "POST", path: "/", agent: "a", workflow: "w")
    call.dialect = "openai"
    call.model = model
    call.usageSource = .provider
    call.costSource = source
    call.usage[.input] = 1000
    call.usage[.output] = 100
    return call
  }

  private func second(_ call: CallRecord) throws -> SecondCharge {
    try #require(embeddedBook).secondCharge(for: call, terms: PriceTerms(provider: call.provider))
  }

  @Test("takes the price of the call's own start, under its own conditions")
  func conditions() throws {
    // 1,000 tokens at 2 USD and 100 at 8 USD a million; half of that in a batch.
    let plain = call("gpt-4.1")
    #expect(try second(plain) == .charge(costPicodollars: 2_800_000_000, source: .priced, pricedAs: "gpt-4.1"))
    var batch = plain
    batch.pricingContext = PricingContext(processing: "batch")
    #expect(try second(batch) == .charge(costPicodollars: 1_400_000_000, source: .priced, pricedAs: "gpt-4.1"))
  }

  @Test("says what it cannot do: an unknown model, no model, a price whose conditions are not known")
  func unknown() throws {
    #expect(try second(call("nobody-knows-this")) == .unknownModel)
    var without = call("gpt-4.1")
    without.model = nil
    #expect(try second(without) == .notEnoughKnown)
    var priced = call("gpt-4.1", source: .priced)
    #expect(try second(priced) == .notEnoughKnown)
    priced.pricingContext = PricingContext()
    #expect(try second(priced) != .notEnoughKnown)
  }

  @Test("adds up parts, each at its own size: a sum that no reply reached has no size tier")
  func parts() throws {
    // gpt-5.4 doubles its input above 272,000 tokens of one prompt.
    var usage = Usage()
    usage[.input] = 10_000
    var parts = UsageParts()
    for _ in 0..<100 { parts.add(model: nil, context: PricingContext(), usage: usage) }
    #expect(parts.parts.map(\.replies) == [100])
    #expect(parts.parts[0].usage[.input] == 1_000_000)
    var short = call("gpt-5.4")
    short.parts = parts.parts
    short.usage = parts.parts[0].usage
    // A million tokens at 2.5 USD.
    #expect(try second(short) == .charge(costPicodollars: 2_500_000_000_000, source: .priced, pricedAs: "gpt-5.4"))
    usage[.input] = 300_000
    parts.add(model: nil, context: PricingContext(), usage: usage)
    #expect(parts.parts.map(\.replies) == [100, 1], "a long prompt is a part of its own")
    short.parts = parts.parts
    // And 300,000 tokens at 5 USD a million.
    #expect(try second(short) == .charge(costPicodollars: 4_000_000_000_000, source: .priced, pricedAs: "gpt-5.4"))
  }

  @Test("leaves a part alone whose replies lie on both sides of a size tier")
  func mixed() throws {
    var mixed = call("gpt-5.4")
    var usage = Usage()
    usage[.input] = 10_000
    var part = UsagePart(model: nil, context: PricingContext(), usage: usage)
    usage[.input] = 300_000
    part.add(usage)
    mixed.parts = [part]
    #expect(try second(mixed) == .notEnoughKnown)
  }

  @Test(
    "Sizes at a tier's very limit are told from those above it",
    arguments: [128_000, 200_000, 256_000, 272_000, 512_000])
  func limits(limit: Int64) {
    var parts = UsageParts()
    for size in [limit, limit + 1] {
      var usage = Usage()
      usage[.input] = size
      parts.add(model: nil, context: PricingContext(), usage: usage)
    }
    #expect(parts.parts.count == 2)
  }

  @Test("Parts of more kinds than are told apart go into the last, and nothing is lost")
  func many() {
    var parts = UsageParts()
    var usage = Usage()
    usage[.output] = 1
    for number in 0..<1000 { parts.add(model: "m\(number)", context: PricingContext(), usage: usage) }
    #expect(parts.parts.count == UsageParts.partsMax)
    #expect(parts.parts.reduce(0) { $0 + $1.usage[.output] } == 1000)
  }

  @Test("A part and its conditions are written as a text and read back, whatever a peer put into them")
  func texts() {
    var context = PricingContext(serviceTier: "a=b&c;d,e%f\ng", processing: "batch", geo: "é\u{7f}")
    context.resolution = ""
    for model in [nil, "", "m", "=;%\u{1}", "модель"] as [String?] {
      var usage = Usage()
      for (number, cell) in UsageCell.allCases.enumerated() { usage[cell] = Int64(number) }
      var part = UsagePart(model: model, context: context, usage: usage)
      part.add(usage)
      #expect(UsagePart(text: part.text) == part)
      #expect(!part.text.contains("\n"))
    }
    #expect(PricingContext(text: context.text) == context)
    #expect(PricingContext(text: "") == PricingContext())
    #expect(PricingContext(text: "unknown_key=1&geo=eu") == PricingContext(geo: "eu"))
  }

  @Test(
    "A text that is none is nil",
    arguments: [
      "", ";;;;", "m;1;0-0;;", "=m;x;0-0;;", "=m;1;5-1;;", "=m;1;0-0;;in=x", "=m;1;0-0;;nope=1", "=%1;1;0-0;;",
    ])
  func malformed(text: String) { #expect(UsagePart(text: text) == nil) }
}
