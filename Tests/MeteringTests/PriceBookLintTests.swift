import Testing

@testable import Metering

@Suite("Price files that are refused")
struct PriceBookLintTests {
  private static let price = #"{"source": "page", "rates": {"in": "1", "out": "1"}}"#

  /// A model's text after its id, where the problem stands, and a part of what is said of it.
  static let modelCases: [(text: String, key: String, reason: String)] = [
    (#""match": ["m"], "price": []"#, "price", "unknown key; known here: id, name"),
    (
      #""match": ["m"], "prices": [\#(price)], "max_output": {"tokens": 1, "src": "page"}"#, "max_output.src",
      "unknown key"
    ),
    (
      #""match": ["m"], "prices": [\#(price)], "max_output": {"tokens": 0, "source": "page"}"#, "max_output.tokens",
      "or 0"
    ),
    (#""match": ["m"], "prices": []"#, "prices", "missing"),
    (#""match": [], "prices": [\#(price)]"#, "match", "no id leads"),
    (#""match": ["M"], "prices": [\#(price)]"#, "match", "compared in lower case"),
    (#""match": "m", "prices": [\#(price)]"#, "match", "a string stands where a list should"),
    (#""match": [7], "prices": [\#(price)]"#, "match[0]", "a number stands where a text should"),
    (#""match": ["m"], "context": "x", "prices": [\#(price)]"#, "context", "a whole number, 0 or more"),
    (#""match": ["m"], "context": -1, "prices": [\#(price)]"#, "context", "a whole number, 0 or more"),
    (#""match": ["m"], "deprecated": 1, "prices": [\#(price)]"#, "deprecated", "true or false"),
    (#""match": ["m"], "pages": ["nowhere"], "prices": [\#(price)]"#, "pages", "not among the file's sources"),
    (#""match": ["m"], "free": {"x": {}}, "prices": [\#(price)]"#, "free.x", "no such meter"),
    (
      #""match": ["m"], "free": {"in": {"count": 1, "period": "year"}}, "prices": [\#(price)]"#, "free.in.period",
      "day or month"
    ),
    (#""match": ["m"], "prices": [\#(price)], "disagrees": [{"who": 1}]"#, "disagrees[0].who", "unknown key"),
    (#""match": ["m"], "prices": [\#(price), \#(price)]"#, "prices[1].from", "only the first period"),
  ]

  @Test("A model with a problem is named with its place", arguments: modelCases)
  func refusesModel(text: String, key: String, reason: String) {
    expectProblem(fileText(model: text), model: "m", key: key, reason: reason)
  }

  /// A period's text, where the problem stands, and a part of what is said of it.
  static let periodCases: [(text: String, key: String, reason: String)] = [
    (#""rates": {"in": "1"}"#, "source", "missing"),
    (#""source": "page""#, "rates", "missing"),
    (#""source": "elsewhere", "rates": {"in": "1"}"#, "source", "\"elsewhere\" is not among"),
    (#""source": "page", "rates": {"inn": "1"}"#, "rates.inn", "no such meter"),
    (#""source": "page", "rates": {"in": 1}"#, "rates.in", "a price is a text"),
    (#""source": "page", "rates": {"in": "-1"}"#, "rates.in", "neither a decimal nor a fraction"),
    (#""source": "page", "rates": {"in": "1e3"}"#, "rates.in", "neither a decimal nor a fraction"),
    (#""source": "page", "rates": {"in": "999999999999999999"}"#, "rates.in", "that can be computed with"),
    (#""source": "page", "rates": {"in": "0.0000001"}"#, "rates.in", "no whole number of pico-dollars"),
    (#""source": "page", "rates": {"in.cached": "1"}"#, "rates.in.cached", "without its parent in"),
    (#""source": "page", "rates": {"in": "1", "in.cached.audio": "1"}"#, "rates.in.cached.audio", "parent in.cached"),
    (
      #""source": "page", "rates": {"in": "1", "in.cached": "1", "in.audio": "1"}"#, "rates.in.cached.audio",
      "since in.cached and in.audio are priced"
    ),
    (#""from": "2026-13-01", "source": "page", "rates": {"in": "1"}"#, "from", "neither a date"),
    (#""from": "2026-02-02", "to": "2026-02-02", "source": "page", "rates": {"in": "1"}"#, "to", "not after from"),
    (#""source": "page", "rates": {"in": "1"}, "minimum": {"out": 1}"#, "minimum.out", "no price of this meter"),
    (#""source": "page", "rates": {"in": "1"}, "minimum": {"in": "x"}"#, "minimum.in", "a whole number"),
  ]

  @Test("A period with a problem is named with its place", arguments: periodCases)
  func refusesPeriod(text: String, key: String, reason: String) {
    expectProblem(
      fileText(model: #""match": ["m"], "prices": [{\#(text)}]"#), model: "m", key: "prices[0].\(key)", reason: reason)
  }

  /// An adjustment's text, where the problem stands, and a part of what is said of it.
  static let adjustmentCases: [(text: String, key: String, reason: String)] = [
    (#""rates": {"in": "1"}, "times": {"in": "2"}"#, "", "either rates or times"),
    (#""above": 5"#, "", "either rates or times"),
    (#""times": {"out": "2"}"#, ".times.out", "multiplies no meter"),
    (#""times": {"in": 2}"#, ".times.in", "a factor is a text"),
    (#""times": {"tokens": "0.3333333"}"#, ".rates.in", "no whole number of pico-dollars"),
    (#""when": {"tier": "x"}, "times": {"in": "2"}"#, ".when.tier", "unknown key; known here: processing"),
    (#""when": {"geo": []}, "times": {"in": "2"}"#, ".when.geo", "an empty list"),
    (#""when": {"geo": 1}, "times": {"in": "2"}"#, ".when.geo", "a number stands where a text should"),
    (#""above": 1, "at_least": 2, "times": {"in": "2"}"#, ".at_least", "stands beside above"),
    (#""hours": ["9-12"], "times": {"in": "2"}"#, ".hours[0]", "is not like 09:00-12:00"),
    (#""days": ["monday"], "times": {"in": "2"}"#, ".days[0]", "one of mon, tue"),
    (#""except_dates": ["x"], "times": {"in": "2"}"#, ".except_dates[0]", "is not a date"),
    (#""days": ["mon"], "zone": "CET", "times": {"in": "2"}"#, ".zone", "not a fixed offset"),
    (#""zone": "+01:00", "times": {"in": "2"}"#, ".zone", "says nothing without"),
    (#""from": "soon", "times": {"in": "2"}"#, ".from", "neither a date"),
    (#""from": "2026-02-02", "to": "2026-02-01", "times": {"in": "2"}"#, ".to", "not after from"),
    (#""source": "x", "times": {"in": "2"}"#, ".source", "not among the file's sources"),
  ]

  @Test("An adjustment with a problem is named with its place", arguments: adjustmentCases)
  func refusesAdjustment(text: String, key: String, reason: String) {
    let model = #""match": ["m"], "prices": [{"source": "page", "rates": {"in": "1"}, "adjust": [{\#(text)}]}]"#
    let place = key.hasPrefix(".rates.in") ? "prices[0].rates.in" : "prices[0].adjust[0]\(key)"
    expectProblem(fileText(model: model), model: "m", key: place, reason: reason)
  }

  @Test("Periods begin one after the other")
  func unsortedPeriods() {
    func text(_ first: String, _ second: String) -> String {
      fileText(
        model: """
          "match": ["m"], "prices": [{\(first) "source": "page", "rates": {"in": "1"}},
           {\(second) "source": "page", "rates": {"in": "2"}}]
          """)
    }
    expectProblem(
      text(#""from": "2026-02-01","#, #""from": "2026-01-01","#), model: "m", key: "prices[1].from", reason: "not after"
    )
    expectProblem(
      text(#""to": "2026-03-01","#, #""from": "2026-02-01","#), model: "m", key: "prices[0].to", reason: "next period")
  }

  @Test("Two models cannot have one id, lead to one id, or tie")
  func rivals() {
    func text(_ first: String, _ second: String, id: String = "n") -> String {
      fileText(
        model:
          #""match": ["\#(first)"], "prices": [\#(Self.price)]}, {"id": "\#(id)", "match": ["\#(second)"], "prices": [\#(Self.price)]"#
      )
    }
    expectProblem(text("a", "b", id: "m"), model: "m", key: "id", reason: "occurs twice")
    expectProblem(text("a", "a"), model: "n", key: "match", reason: "leads to m already")
    expectProblem(text("gpt-5-*", "*gpt-5-"), model: "n", key: "match", reason: "say as much")
    expectProblem(text("gpt-5-#", "gpt-5-*4"), model: "n", key: "match", reason: "make one of them longer")
    #expect(problems([("p.json", text("gpt-5-*", "gpt-5-mini*"))]).isEmpty)
    #expect(problems([("p.json", text("gpt-5-*", "*claude"))]).isEmpty)
  }

  /// The file's text before its models, where the problem stands, and a part of what is said of it.
  static let fileCases: [(text: String, key: String, reason: String)] = [
    (#""modells": [],"#, "modells", "unknown key"),
    (#""aliases": [{"id": "a", "to": "nowhere", "source": "page"}],"#, "aliases[0].to", "is no model of this file"),
    (#""aliases": [{"id": "a", "to": "m", "source": "x"}],"#, "aliases[0].source", "not among the file's sources"),
    (#""aliases": [{"id": "a", "to": "m"}],"#, "aliases[0].source", "missing"),
    (#""ids": {"lower": true},"#, "ids.lower", "unknown key"),
    (#""ids": {"prefix": {"us.": {"endpoints": "geo"}}},"#, "ids.prefix.us..endpoints", "unknown key"),
    (
      #""reported_cost": {"path": "usage.cost", "usd_per_unit": "x", "source": "page"},"#, "reported_cost.usd_per_unit",
      "neither a decimal"
    ),
    (#""fallback": "openai","#, "fallback", "a string stands where a list should"),
  ]

  @Test("A file with a problem is named with its place", arguments: fileCases)
  func refusesFile(text: String, key: String, reason: String) {
    expectProblem(
      fileText(model: #""match": ["m"], "prices": [\#(Self.price)]"#, file: text), model: nil, key: key, reason: reason)
  }

  @Test("What is no price file says so")
  func noPriceFile() {
    expectProblem("", model: nil, key: "", reason: "not JSON: line 1, column 1")
    expectProblem("[]", model: nil, key: "", reason: "an array stands where an object should")
    expectProblem("{}", model: nil, key: "format", reason: "format 1")
    expectProblem(#"{"format": 2}"#, model: nil, key: "format", reason: "format 1")
    expectProblem(#"{"format": 1, "currency": "EUR"}"#, model: nil, key: "currency", reason: "only USD")
  }

  @Test("Without meters there is no book")
  func withoutMeters() {
    #expect(throws: PriceBookError.self) { try PriceBook(files: []) }
    for text in [
      #"{"format": 1}"#, #"{"format": 1, "meters": {}}"#, #"{"format": 1, "meters": {"in": {"unit": "x"}}}"#,
    ] {
      #expect(throws: PriceBookError.self) { try PriceBook(files: [("meters.json", Array(text.utf8))]) }
    }
  }

  @Test("Every problem of every file is told at once")
  func allProblems() {
    let broken = fileText(model: #""match": ["m"], "prices": [{"source": "x", "rates": {"in.cached": "1"}}]"#)
    #expect(problems([("p.json", broken), ("q.json", broken)]).count == 4)
  }

  @Test("Too many combinations of conditions are refused, rather than tried for ever")
  func tooManyCombinations() {
    let keys = ["processing", "service_tier", "speed", "geo", "endpoint", "route"]
    let adjustments = keys.map { #"{"when": {"\#($0)": ["a", "b", "c", "d", "e", "f"]}, "times": {"in": "1"}}"# }
    let model = """
      "match": ["m"], "prices": [{"source": "page", "rates": {"in": "1"}, "adjust": [\(adjustments.joined(separator: ","))]}]
      """
    expectProblem(fileText(model: model), model: "m", key: "prices[0]", reason: "split the period")
  }

  private func expectProblem(
    _ text: String, model: String?, key: String, reason: String, location: SourceLocation = #_sourceLocation
  ) {
    let found = problems([("p.json", text)])
    let isFound = found.contains {
      $0.file == "p.json" && $0.model == model && $0.key == key && $0.reason.contains(reason)
    }
    #expect(isFound, "\(found)", sourceLocation: location)
  }
}
