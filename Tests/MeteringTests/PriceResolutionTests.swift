import Foundation
import Testing

@testable import Metering

@Suite("Prices under conditions")
struct PriceResolutionTests {
  /// The file is written by Fixtures/make-price-resolutions.py, a second reader of the same format.
  @Test("Thousands of resolutions equal those of an independent reader")
  func equalTheIndependentReader() throws {
    let book = try #require(embeddedBook)
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/price-resolutions.txt")
    var expected: Substring = ""
    var provider = ""
    var model = ""
    var count = 0
    for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("=") {
        let parts = line.split(separator: " ", maxSplits: 3)
        (provider, model, expected) = (String(parts[1]), String(parts[2]), parts.count > 3 ? parts[3] : "")
      } else {
        let (id, rates) = try resolve(line, provider: provider, in: book)
        #expect(id == model && rates == expected, "\(line)")
        count += 1
      }
    }
    #expect(count > 3000)
  }

  private func resolve(_ line: Substring, provider: String, in book: PriceBook) throws -> (model: String, String) {
    let fields = line.split(separator: " ").map(String.init)
    let instant = try instant(fields[1])
    let size = try #require(Int64(fields[2]))
    var context = PricingContext()
    for pair in fields[3].split(separator: ",") where pair != "-" {
      let sides = pair.split(separator: "=").map(String.init)
      context[try #require(PriceConditionKey(rawValue: sides[0]))] = sides[1]
    }
    let found = try #require(
      book.find(PriceTerms(provider: provider), dialect: nil, model: fields[0], at: instant), "\(line)")
    let model = book.models[found.model]
    let period = try #require(model.period(at: instant))
    let rates = period.rates(at: instant, promptTokens: size, context: context)
    let texts: [String] = period.slots.enumerated().compactMap { slot, meter in
      guard let rate = rates[slot] else { return nil }
      let value = rate.denominator == 1 ? "\(rate.numerator)" : "\(rate.numerator)/\(rate.denominator)"
      return "\(book.meters[meter].name)=\(value)"
    }
    return (model.id, texts.sorted { $0.split(separator: "=")[0] < $1.split(separator: "=")[0] }.joined(separator: " "))
  }
}
