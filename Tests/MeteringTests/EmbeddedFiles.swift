import CPriceBook
@testable import Metering
import Testing

/// The price files that the program carries.
func embeddedFiles() -> [(name: String, bytes: [UInt8])] {
  (0..<tollgate_price_file_count()).map { index in
    let file = tollgate_price_file_at(index)
    return (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: file.length)))
  }
}

/// The book that the program carries, read once.
let embeddedBook = try? PriceBook(files: embeddedFiles())

/// The embedded meters.
func embeddedMeters() -> (name: String, bytes: [UInt8]) {
  embeddedFiles().first { $0.name == "meters.json" } ?? ("meters.json", [])
}

/// A book of one file `p.json` that has one model `m` with the given text after its id and name.
func book(model: String, file: String = "") throws -> PriceBook {
  try PriceBook(files: [embeddedMeters(), ("p.json", Array(fileText(model: model, file: file).utf8))])
}

/// The text of such a file.
func fileText(model: String, file: String = "") -> String {
  """
  {"format": 1, "provider": "p", "name": "P", "currency": "USD",
   "sources": {"page": {"what": "a page", "url": "https://p.example/prices"}}, \(file)
   "models": [{"id": "m", \(model)}]}
  """
}

/// The problems of the files; empty where there are none.
func problems(_ files: [(name: String, text: String)]) -> [PriceBookProblem] {
  do throws(PriceBookError) {
    _ = try PriceBook(files: [embeddedMeters()] + files.map { ($0.name, Array($0.text.utf8)) })
    return []
  } catch {
    return error.problems
  }
}

func usage(_ counts: [UsageCell: Int64]) -> Usage {
  var usage = Usage()
  for (cell, count) in counts { usage[cell] = count }
  return usage
}

func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

/// The book asked by a provider's name alone.
extension PriceBook {
  func charge(
    provider: String, model: String, startedAt: Timestamp, usage: Usage, context: PricingContext, itemized: Bool = true
  ) -> Charge {
    charge(
      PriceTerms(provider: provider), model: model, startedAt: startedAt, usage: usage, context: context,
      itemized: itemized)
  }

  func charge(
    provider: String, parts: [(model: String, usage: Usage)], startedAt: Timestamp, context: PricingContext
  ) -> Charge {
    let parts = parts.map { UsagePart(model: $0.model, context: context, usage: $0.usage) }
    return charge(PriceTerms(provider: provider), model: "", parts: parts, startedAt: startedAt)
  }

  func knows(provider: String, model: String) -> Bool { knows(PriceTerms(provider: provider), model: model) }

  func resolve(
    provider: String, model: String, at instant: Timestamp, promptTokens: Int64 = 0,
    context: PricingContext = PricingContext()
  ) -> PriceQuote? {
    resolve(
      PriceTerms(provider: provider), model: model, at: instant, promptTokens: promptTokens, context: context)
  }
}
