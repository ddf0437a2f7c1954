import Foundation
import Logging
import Metering
import Observability
import Testing

@testable import Tollgate

@Suite("Price files that change while the proxy runs")
struct PriceBookReloadTests {
  private static let entry = """
    {"format": 1, "sources": {"own": {"what": "a contract", "url": "https://acme.example"}}, "models": [
     {"id": "gpt-4.1", "match": ["gpt-4.1"], "prices": [{"source": "own", "rates": {"in": "PRICE", "out": "8"}}]}]}
    """

  private func price(_ prices: CurrentPriceBook) -> String? {
    prices.book.resolve(PriceTerms(provider: "openai"), model: "gpt-4.1", at: WallClock.now())?.rates.first?.price
  }

  private func metrics(_ registry: MetricsRegistry) -> String {
    String(decoding: registry.expose(.prometheusText), as: UTF8.self)
  }

  @Test("All of the files are taken or none, and metrics say which")
  func reload() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "tollgate-prices-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    try write("openai.json", Self.entry.replacing("PRICE", with: "1.5"))
    let directory = PriceBookDirectory(path: folder.path)
    let prices = CurrentPriceBook(try PriceBook.load(directory: directory))
    let registry = MetricsRegistry()
    let reload = PriceBookReload(
      directory: directory, prices: prices, registry: registry,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      check: { _ in })
    #expect(price(prices) == "1.5")
    let before = directory.fingerprint()

    try write("openai.json", Self.entry.replacing("PRICE", with: "1.25"))
    #expect(directory.fingerprint() != before)
    reload.reload()
    #expect(price(prices) == "1.25")
    #expect(metrics(registry).contains("tollgate_price_book_reload_success 1\n"))

    try write("openai.json", Self.entry.replacing("PRICE", with: "1.125"))
    try write("acme.json", "{ not JSON")
    reload.reload()
    #expect(price(prices) == "1.25")
    #expect(metrics(registry).contains("tollgate_price_book_reload_success 0\n"))

    try FileManager.default.removeItem(at: folder.appending(path: "acme.json"))
    reload.reload()
    #expect(price(prices) == "1.125")
    #expect(metrics(registry).contains("tollgate_price_book_reload_success 1\n"))
  }

  @Test("Price files that are refused name the file, the place and what to do")
  func refusal() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "tollgate-prices-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(Self.entry.replacing(#""PRICE""#, with: "1.5").utf8).write(to: folder.appending(path: "openai.json"))
    let failure = try #require(throws: CommandFailure.self) {
      try PriceBook.load(directory: PriceBookDirectory(path: folder.path))
    }
    #expect(failure.exitCode == .badConfiguration)
    #expect(
      failure.message.contains("\(folder.path)/openai.json: model gpt-4.1: prices[0].rates.in: a price is a text"))
  }
}
