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
      ("inn=1", "no class of usage; known: in, in.audio"),
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
}
