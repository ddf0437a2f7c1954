import Testing

@testable import Metering

@Suite("Finding the model of an id")
struct PriceSearchTests {
  private func model(_ id: String, _ match: String, more: String = "") -> String {
    #"{"id": "\#(id)", "match": [\#(match)], \#(more) "prices": [{"source": "page", "rates": {"in": "1", "out": "1"}}]}"#
  }

  private func file(_ name: String, _ models: [String], more: String = "") -> (name: String, bytes: [UInt8]) {
    let text = """
      {"format": 1, "provider": "\(name)", "name": "N", "currency": "USD", \(more)
       "sources": {"page": {"what": "w", "url": "https://p.example"}}, "models": [\(models.joined(separator: ","))]}
      """
    return ("\(name).json", Array(text.utf8))
  }

  private func found(
    _ id: String, in book: PriceBook, provider: String = "p", dialect: String? = nil, at: String = "2026-11-20"
  ) throws -> String? {
    book.charge(
      PriceTerms(provider: provider), dialect: dialect, model: id, startedAt: try instant(at), usage: Usage(),
      context: PricingContext()
    ).pricedAs
  }

  @Test("Exact before glob, the longer glob first, exceptions excepted, prefixes and cases aside, dates spelled out")
  func order() throws {
    let book = try PriceBook(files: [
      embeddedMeters(),
      file(
        "p",
        [
          model("five", #""gpt-5*""#), model("five-mini", #""gpt-5-mini*""#), model("exact", #""gpt-5-mini-x""#),
          model("pro", #""pro*""#, more: #""not": ["*-tts", "*-tts-*"],"#), model("dated", #""d-2026-01-31""#),
        ], more: #""ids": {"lowercase": true, "strip": ["p/", "models/"], "compact_date": true},"#),
    ])
    let cases: [(String, String?)] = [
      ("gpt-5", "five"), ("gpt-5-mini", "five-mini"), ("gpt-5-mini-x", "exact"), ("GPT-5-Mini-X", "exact"),
      ("p/gpt-5-mini-x", "exact"), ("models/gpt-5", "five"), ("p/models/gpt-5", nil), ("pro-max", "pro"),
      ("pro-tts", nil), ("pro-tts-1", nil), ("d-20260131", "dated"), ("p/d-20260131", "dated"), ("d-20261331", nil),
      ("d-2026013", nil), ("d-202601311", nil), ("", nil), (String(repeating: "gpt-5", count: 60), nil),
    ]
    for (id, expected) in cases { #expect(try found(id, in: book) == expected, "\(id)") }
  }

  @Test("Compact dates are spelled out wherever a date ends")
  func compactDates() {
    let cases: [(String, String?)] = [
      ("a-20250807", "a-2025-08-07"), ("a-20250807-b", "a-2025-08-07-b"), ("a-20250807:b", "a-2025-08-07:b"),
      ("a-20250807b", nil), ("a-19990807", nil), ("a-20250007", nil), ("a-20250832", nil), ("20250807", nil),
      ("-20250807-20250808", "-2025-08-07-2025-08-08"), ("é-20250807", "é-2025-08-07"),
    ]
    for (id, expected) in cases { #expect(PriceFileIndex.withSpelledDates(id) == expected, "\(id)") }
  }

  @Test("An alias counts in its time only, and comes before the model of the same name")
  func aliases() throws {
    let book = try PriceBook(files: [
      embeddedMeters(),
      file(
        "p", [model("old", #""latest", "old""#), model("new", #""new*""#), model("newest", #""newest""#)],
        more: """
          "aliases": [{"id": "latest", "to": "new", "from": "2026-01-01", "to_date": "2026-06-01", "source": "page"},
           {"id": "latest", "to": "newest", "from": "2026-06-01T12:00:00Z", "source": "page"},
           {"id": "nickname", "to": "new-2026", "source": "https://p.example/names"}], "ids": {"strip": ["p/"]},
          """),
    ])
    #expect(try found("latest", in: book, at: "2025-12-31") == "old")
    #expect(try found("latest", in: book, at: "2026-01-01") == "new")
    #expect(try found("p/latest", in: book, at: "2026-05-31") == "new")
    #expect(try found("latest", in: book, at: "2026-06-01") == "old")
    #expect(try found("latest", in: book, at: "2026-06-02") == "newest")
    #expect(try found("nickname", in: book) == "new")
  }

  @Test("A prefix may say something about the price")
  func prefixes() throws {
    let book = try PriceBook(files: [
      embeddedMeters(),
      file(
        "p",
        [
          """
          {"id": "m", "match": ["m"], "prices": [{"source": "page", "rates": {"in": "1", "out": "1"},
           "adjust": [{"when": {"endpoint": "geo"}, "times": {"tokens": "1.1"}}]}]}
          """
        ], more: #""ids": {"prefix": {"us.": {"endpoint": "geo"}, "global.": {"endpoint": "global"}}},"#),
    ])
    for (id, picodollars) in [("m", 1_000_000), ("us.m", 1_100_000), ("global.m", 1_000_000)] as [(String, Int64)] {
      let charge = book.charge(
        provider: "p", model: id, startedAt: try instant("2026-11-20"), usage: usage([.input: 1]),
        context: PricingContext())
      #expect(charge.costPicodollars == picodollars, "\(id)")
    }
  }

  @Test("A file's fallbacks are searched after it, one step deep")
  func fallbacks() throws {
    let book = try PriceBook(files: [
      embeddedMeters(), file("p", [model("a", #""a""#)], more: #""fallback": ["q"],"#),
      file("q", [model("qa", #""a""#), model("b", #""b""#)], more: #""fallback": ["r"],"#),
      file("r", [model("c", #""c""#)]),
    ])
    #expect(try found("a", in: book) == "a")
    #expect(try found("b", in: book) == "b")
    #expect(try found("c", in: book) == nil)
    #expect(try found("c", in: book, dialect: "r") == nil)
  }

  @Test("Of two files of one name the later one counts, and a new name adds a provider")
  func operatorFiles() throws {
    let book = try PriceBook(
      files: embeddedFiles() + [file("openai", [model("own", #""own""#)]), file("local", [model("x", #""x""#)])])
    #expect(book.providers.count == (embeddedBook?.providers.count ?? 0) + 1 && book.providers.contains("local"))
    #expect(book.modelIDs(provider: "openai") == ["own"])
    #expect(book.knows(provider: "local", model: "x") && !book.knows(provider: "openai", model: "gpt-5"))
  }

  @Test("What peers make the book search for is kept within a limit")
  func searchesAreBounded() throws {
    let book = try PriceBook(files: [embeddedMeters(), file("p", [model("m", #""m*""#)])])
    let searches = PriceSearches(known: [:])
    for number in 0..<5000 {
      #expect(try found("m\(number)", in: book) == "m")
      _ = searches.candidates(file: 0, id: "\(number)") { [] }
    }
    #expect(searches.count <= 2 * PriceSearches.generationMax)
    _ = searches.candidates(file: 0, id: "4999") {
      Issue.record("searched again")
      return []
    }
  }

  @Test("Where a provider states the charge itself is kept")
  func reportedCost() throws {
    let reported = #""reported_cost": {"path": "usage.cost", "usd_per_unit": "0.0000000001", "source": "page"},"#
    let book = try PriceBook(files: [embeddedMeters(), file("p", [model("m", #""m""#)], more: reported)])
    #expect(
      book.reportedCost(provider: "p")
        == ReportedCost(path: "usage.cost", usdPerUnit: "0.0000000001", source: "page"))
    #expect(book.reportedCost(provider: "q") == nil)
  }
}
