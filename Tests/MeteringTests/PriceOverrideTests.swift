import Testing

@testable import Metering

@Suite("An operator's price files")
struct PriceOverrideTests {
  private func book(_ name: String, _ text: String) throws -> PriceBook {
    try PriceBook(
      files: embeddedFiles(),
      overrides: [PriceOverride(name: name, path: "/etc/prices/\(name)", bytes: Array(text.utf8))])
  }

  private func cost(_ book: PriceBook, _ provider: String, _ model: String) throws -> Int64? {
    let charge = book.charge(
      provider: provider, model: model, startedAt: try instant("2026-11-20"), usage: usage([.input: 1]),
      context: PricingContext())
    return charge.source == .unpriced ? nil : charge.costPicodollars
  }

  private static let entry = """
    {"format": 1, "sources": {"contract": {"what": "our contract", "url": "https://acme.example/contract"}}, "models": [
     {"id": "gpt-4.1", "match": ["gpt-4.1", "gpt-4.1-2025-04-14"], "prices": [{"source": "contract", "rates": {"in": "1.5", "out": "6"}}]},
     {"id": "acme-tuned", "match": ["acme-*", "gpt-5"], "prices": [{"source": "contract", "rates": {"in": "7", "out": "7"}}]}]}
    """

  @Test("One entry takes the place of the one with its id, its ids are its own, and all others stay")
  func entries() throws {
    let book = try book("openai.json", Self.entry)
    #expect(try cost(book, "openai", "gpt-4.1") == 1_500_000)
    #expect(try cost(book, "openai", "openai/GPT-4.1-2025-04-14") == 1_500_000)
    #expect(try cost(book, "openai", "gpt-4.1-mini") == 400_000)
    #expect(try cost(book, "openai", "acme-1") == 7_000_000)
    #expect(try cost(book, "openai", "gpt-5") == 7_000_000)
    #expect(try cost(book, "azure", "gpt-4.1") == 1_500_000)
    let quote = try #require(book.resolve(provider: "openai", model: "gpt-4.1", at: try instant("2026-11-20")))
    #expect(quote.source?.what == "our contract")
    #expect(book.modelIDs(provider: "openai").filter { $0 == "gpt-4.1" }.count == 1)
  }

  @Test("A whole file takes the place of the program's")
  func wholeFile() throws {
    let text = """
      {"format": 1, "provider": "openai", "name": "OpenAI", "currency": "USD", "whole": true,
       "sources": {"page": {"what": "a page", "url": "https://p.example"}}, "models": [
       {"id": "own", "match": ["own"], "prices": [{"source": "page", "rates": {"in": "1", "out": "1"}}]}]}
      """
    let book = try book("openai.json", text)
    #expect(book.modelIDs(provider: "openai") == ["own"] && !book.knows(provider: "openai", model: "gpt-5"))
  }

  @Test("A file of another name adds a provider, and has to say who it is")
  func newProvider() throws {
    let text = """
      {"format": 1, "provider": "acme", "name": "Acme", "currency": "USD", "providers": ["mine"], "hosts": ["llm.acme.example"],
       "sources": {"page": {"what": "a page", "url": "https://p.example"}}, "models": [
       {"id": "m", "match": ["m"], "prices": [{"source": "page", "rates": {"in": "1", "out": "1"}}]}]}
      """
    let book = try book("acme.json", text)
    #expect(try cost(book, "acme", "m") == 1_000_000 && cost(book, "mine", "m") == 1_000_000)
    #expect(book.knows(PriceTerms(provider: "x", host: "llm.acme.example"), model: "m"))
    let error = try #require(throws: PriceBookError.self) { try self.book("acme.json", Self.entry) }
    #expect(error.problems.map(\.description) == ["/etc/prices/acme.json: currency: missing"])
  }

  @Test("A mistake is told with the file's path, the model and the key, and nothing is taken")
  func mistakes() throws {
    let error = try #require(throws: PriceBookError.self) {
      try book("openai.json", Self.entry.replacing(#""in": "1.5""#, with: #""in": 1.5"#))
    }
    #expect(
      error.description.hasPrefix("/etc/prices/openai.json: model gpt-4.1: prices[0].rates.in: a price is a text"))
    let syntax = try #require(throws: PriceBookError.self) { try book("openai.json", "{\n \"format\": 1,\n oops}") }
    #expect(syntax.description.contains("line 3"))
  }

  @Test("A book that is in force is replaced whole")
  func replacing() throws {
    let current = CurrentPriceBook(try #require(embeddedBook))
    let before = current.book
    current.replace(with: try book("openai.json", Self.entry))
    #expect(try cost(before, "openai", "gpt-4.1") == 2_000_000 && cost(current.book, "openai", "gpt-4.1") == 1_500_000)
  }
}
