import ArgumentParser
import Metering
import Testing

@testable import Tollgate

@Suite("tollgate price")
struct PriceCommandTests {
  private func answer(
    _ model: String, provider: String? = nil, at: String = "2026-11-20", used: String? = nil,
    context: PricingContext = PricingContext()
  ) throws -> PriceAnswer {
    try PriceQuestion(
      model: model, provider: provider, at: try #require(Timestamp(at)),
      used: try used.map { try UsageArgument(parsing: $0).usage }, promptTokens: 0, context: context
    ).answer(from: PriceBook.load(directory: nil))
  }

  private func refusal(_ model: String, provider: String? = nil) throws -> String {
    let failure = try #require(throws: CommandFailure.self) { try answer(model, provider: provider) }
    #expect(failure.exitCode == .failure)
    return failure.message
  }

  @Test("The JSON has the lines of the charge and its exact sum")
  func json() throws {
    let text = try answer(
      "claude-haiku-5-5-20261007",
      used: "in=10000,in.cached=120000,in.write=20000,in.write.1h=1000,out=2000",
      context: PricingContext(processing: "batch", geo: "us")
    ).jsonText
    #expect(text.hasSuffix("\n"))
    #expect(text.contains(#""cost_pico_usd":16225000000,"cost_usd":"0.016225","cost_source":"priced""#))
    #expect(
      text.contains(
        #"{"class":"in.cached","quantity":120000,"billed":120000,"meter":"in.cached","usd":"0.0275","per":1000000,"unit":"tokens","cost_pico_usd":3300000000}"#
      ))
    #expect(text.contains(#""max_output_tokens":128000"#))
  }

  @Test("The table tells what applies and where it comes from")
  func table() throws {
    let lines = try answer(
      "gpt-4.1-2025-04-14", used: "web_search=1", context: PricingContext(tool: "web_search_preview")
    )
    .tableText.split(separator: "\n").map(String.init)
    #expect(lines.first == "gpt-4.1 (openai): gpt 4.1")
    #expect(lines.contains("output at most 32,768 tokens"))
    #expect(
      lines.contains { $0.hasPrefix("yes") && $0.contains("tool=web_search_preview") && $0.hasSuffix("web_search 25") })
    #expect(lines.contains("cost_pico_usd 25000000000"))
    #expect(lines.contains { $0.hasPrefix("source litellm:") })
    #expect(lines.contains("page https://developers.openai.com/api/docs/pricing"))
  }

  @Test("A date changes the price, and without usage there is no charge")
  func dates() throws {
    #expect(try answer("gpt-5.6-sol", at: "2026-08-01").quote.rates.first?.price == "5")
    let later = try answer("gpt-5.6-sol")
    #expect(later.quote.rates.first?.price == "4")
    #expect(later.charge == nil && !later.jsonText.contains("cost_pico_usd"))
  }

  @Test("An unknown model ends with 1 and names what is near")
  func unknown() throws {
    #expect(
      try refusal("clade-haiku-4-5") == #"the price book does not know "clade-haiku-4-5"; near it are claude-haiku-4-5"#
    )
    #expect(try refusal("gpt-5.9-sol").contains("gpt-5.6-sol"))
    #expect(try refusal("zzz") == #"the price book does not know "zzz""#)
    #expect(try refusal("gpt-5", provider: "anthropic").hasPrefix("the price book does not know"))
    #expect(
      try refusal("gpt-5", provider: "local").hasPrefix(
        #"there are no prices of "local"; there are prices of anthropic"#)
    )
  }

  @Test(
    "A usage that cannot be meant is refused",
    arguments: [
      ("", "is no count"), ("in", "is no count"), ("in=", "is no count of in"), ("in=-1", "is no count of in"),
      ("in=1.5", "is no count of in"), ("in=1,in=2", "stands twice"),
      ("inn=1", "no class of usage; did you mean in?"),
      ("in=1,", "is no count"), ("in=1=2", "is no count"),
    ])
  func refusesUsage(text: String, reason: String) throws {
    let error = try #require(throws: MalformedText.self) { try UsageArgument(parsing: text) }
    #expect(error.message.contains(reason))
  }

  @Test(
    "A command line that cannot be meant is refused",
    arguments: [
      [], ["gpt-5", "--at", "soon"], ["gpt-5", "--usage", "x=1"], ["gpt-5", "--format", "xml"],
      ["gpt-5", "--prompt-tokens", "-1"], ["gpt-5", "--prompt-tokens", "1", "--usage", "in=1"],
    ])
  func refusesCommandLines(arguments: [String]) {
    #expect(throws: (any Error).self) { try PriceCommand.parse(arguments) }
  }

  @Test(
    "Time is given in seconds, milliseconds, minutes or hours, exactly",
    arguments: [
      ("12.5s", 12_500), ("12.5", 12_500), ("1500ms", 1_500), ("2m", 120_000), ("1.5h", 5_400_000), ("0.001s", 1),
      ("0", 0),
    ] as [(String, Int64)])
  func time(text: String, milliseconds: Int64) throws {
    #expect(try UsageArgument(parsing: "in.audio.time=\(text)").usage[.inputAudioTime] == milliseconds)
  }

  @Test("What is no time is refused", arguments: ["", "s", "1.s", "0.5ms", "-1s", "1e3", "0.0001", "1.5.5s", "x"])
  func badTime(text: String) {
    #expect(throws: MalformedText.self) { try UsageArgument(parsing: "in.audio.time=\(text)") }
  }

  @Test("A line of time says what is billed, and why")
  func speech() throws {
    let answer = try answer("whisper-large-v3", provider: "groq", used: "in.audio.time=2.5s")
    #expect(answer.tableText.contains("in.audio.time: at least 10 seconds are billed of a call"))
    let line = answer.tableText.split(separator: "\n").first { $0.hasPrefix("in.audio.time  ") && $0.contains("2.5 s") }
    #expect(line?.contains("10 s") == true && line?.contains("3,600 seconds") == true)
    #expect(answer.jsonText.contains(#""quantity":2.5,"billed":10,"meter":"in.audio.time""#))
    #expect(answer.jsonText.contains(#""cost_pico_usd":308333333"#))
  }

  @Test("The maker of a model comes before those who serve it, and a provider's other names lead to it")
  func makers() throws {
    #expect(try answer("gpt-5").quote.provider == "openai")
    #expect(try answer("claude-opus-5").quote.provider == "anthropic")
    #expect(try answer("gemini-2.5-flash", provider: "vertex").quote.provider == "google")
    #expect(try answer("gpt-5", provider: "azure").quote.provider == "openai")
    #expect(try refusal("gpt-5", provider: "gooogle").contains(#"did you mean "google"?"#))
  }

  @Test("Free allowances are shown, and never subtracted; storage is never billed")
  func allowances() throws {
    let answer = try answer("gemini-2.5-flash", used: "web_search=1,cache_storage=5")
    #expect(answer.tableText.contains("web_search: 1,500 a day are free, shared by the models of gemini-2-flash"))
    #expect(answer.tableText.contains("cache_storage is recorded, and never billed by the call"))
    #expect(answer.charge?.costPicodollars == 35_000_000_000)
    #expect(
      answer.jsonText.contains(#""meter":"web_search","count":1500,"period":"day","shared_group":"gemini-2-flash""#))
  }

  @Test("A negotiated rate is a line of its own")
  func discount() throws {
    let yaml = "providers: { openai: { discount: { times: 0.88, from: 2026-09-01 } } }"
    let configuration = try ConfigurationFile.parse(yaml, origin: "test.yaml", environment: [:])
    let answer = try PriceQuestion(
      model: "gpt-4.1", provider: nil, routes: configuration.providerRoutes, at: try #require(Timestamp("2026-11-20")),
      used: try UsageArgument(parsing: "in=1000").usage, promptTokens: 0, context: PricingContext()
    ).answer(from: PriceBook.load(directory: nil))
    #expect(answer.charge?.costPicodollars == 1_760_000_000)
    #expect(answer.tableText.contains("× 0.88"))
    #expect(answer.jsonText.contains(#""discount":{"times":"0.88","difference_pico_usd":-240000000}"#))
  }

  @Test("A condition is a key that prices depend on")
  func conditions() throws {
    var context = PricingContext()
    let condition = try ConditionArgument(parsing: "size=1792x1024")
    context.setCondition(named: condition.name, to: condition.value)
    #expect(try answer("dall-e-3", used: "out.images=1", context: context).charge?.costPicodollars == 80_000_000_000)
    let error = try #require(throws: MalformedText.self) { try ConditionArgument(parsing: "sise=1") }
    #expect(error.message.contains("did you mean size?"))
  }
}
