import Metering
import Observability
import Testing

@testable import Tollgate

@Suite("A provider's export")
struct ExportTests {
  private func read(_ text: String) throws(ExportError) -> ProviderExport {
    var export = ProviderExport()
    try ExportFile.add(Array(text.utf8), name: "file", to: &export)
    return export
  }

  private func cost(_ amount: String, _ more: String = "") -> String {
    #"{"object":"organization.costs.result","amount":{"value":\#(amount),"currency":"usd"}\#(more)}"#
  }

  private func page(_ results: String..., start: Int = 0, more: Bool = false) -> String {
    #"{"object":"page","data":[{"object":"bucket","start_time":\#(start),"end_time":\#(start + 86400),"#
      + #""results":[\#(results.joined(separator: ","))]}],"has_more":\#(more),"next_page":"p2"}"#
  }

  @Test(
    "Amounts are read to the pico-dollar, whatever their form",
    arguments: [
      ("0.06", 60_000_000_000), ("\"0.06\"", 60_000_000_000), ("1.25e-05", 12_500_000), ("1E2", 100_000_000_000_000),
      ("-3", -3_000_000_000_000), ("0", 0), ("0.000000000001", 1), ("0.0000000000005", 0), ("0.0000000000015", 2),
      ("0.00000000000050000001", 1), ("0.8958740000000000", 895_874_000_000), ("0.13080438340307526", 130_804_383_403),
      ("0.00000000000000000000009", 0),
    ] as [(String, Int128)])
  func amounts(text: String, picodollars: Int128) throws {
    #expect(try read(page(cost(text))).lines.map(\.costPicodollars) == [picodollars])
  }

  @Test("An amount that had more digits is rounded, and the export says so")
  func rounded() throws {
    #expect(try read(page(cost("0.13080438340307526"))).notes.count == 1)
    #expect(try read(page(cost("0.8958740000000000"))).notes.isEmpty)
  }

  @Test(arguments: ["", "-", "1e", "1e99", "0x1", "1.2.3", "1,5", "Infinity", String(repeating: "9", count: 40)])
  func notAmounts(text: String) { #expect(DecimalAmount(text) == nil) }

  @Test("Cents are cents")
  func cents() {
    #expect(DecimalAmount("123.45", unitExponent: -2)?.picodollars == 1_234_500_000_000)
    #expect(DecimalAmount("0.0000000001", unitExponent: -2)?.picodollars == 1)
  }

  @Test("Times and amounts that no bill has are refused, and do not end the program")
  func absurd() throws {
    let forever = #"{"data":[{"start_time":-9223372036854775808,"end_time":86400,"results":[]}]}"#
    #expect(throws: ExportError.self) { try read(forever) }
    #expect(throws: ExportError.self) { try read("day,amount_usd\n-9223372036854775808,1\n") }
    #expect(DecimalAmount(String(repeating: "9", count: 19)) == nil)
    let largest = String(repeating: "9", count: 18)
    let export = try read("day,amount_usd\n0,\(largest)\n0,\(largest)\n0,\(largest)\n")
    let ours = Reconciliation.OurRow(day: 0, row: ReportRow(key: []))
    let compared = Reconciliation(export, ours: [ours], days: 0..<1) { name, _ in name }
    #expect(compared.rows.map(\.reasons.count) == [1])
    let tokens = try read("day,input_tokens,output_tokens\n0,\(Int64.max),\(Int64.max)\n").lines
    #expect(tokens.map(\.tokens) == [.max])
  }

  @Test("Lines of a CSV that are the same are counted, and said once")
  func repeatedLines() throws {
    let export = try read("day,amount_usd\n0,1\n0,1\n0,1\n")
    #expect(export.lines.count == 3)
    #expect(export.notes == ["file, line 3 and 1 more says the same as a line before it; all are counted"])
  }

  @Test("Line items name models, or stand by themselves")
  func items() {
    for (item, model) in [
      ("gpt-4o-2024-08-06, input", "gpt-4o-2024-08-06"), ("gpt-5.4, input, cached", "gpt-5.4"), ("o3, output", "o3"),
      ("ft:gpt-4.1-2025-04-14:org::id, input", "ft:gpt-4.1-2025-04-14:org::id"),
      ("text-embedding-3-small", "text-embedding-3-small"), ("Image models", nil), ("Web search", nil),
      ("assistants api | file search", nil), ("", nil), ("Claude Haiku 4.5 Usage - Input Tokens", nil),
    ] as [(String, String?)] {
      #expect(LineItem(item).model == model, "\(item)")
    }
  }

  @Test("Pages come one, as an array, or one a line")
  func pages() throws {
    let first = page(cost("1"), more: true)
    let second = page(cost("2"), start: 86400)
    for text in ["[\(first),\(second)]", "\(first)\n\(second)\n", "\u{feff}[\(first), \(second)]"] {
      let export = try read(text)
      #expect(export.lines.map(\.costPicodollars) == [1_000_000_000_000, 2_000_000_000_000])
      #expect(export.days == [0, 1])
      #expect(export.notes.isEmpty)
    }
    #expect(try read(first).notes.count == 1, "there are more pages")
  }

  @Test("A line that is told twice is an error; results that differ in any group are not the same")
  func twice() throws {
    let a = cost("1", #","project_id":"a""#)
    #expect(throws: ExportError.self) { try read("[\(page(a)),\(page(a))]") }
    #expect(try read(page(a, cost("1", #","project_id":"b""#))).lines.count == 2)
    #expect(try read("[\(page(a)),\(page(a, start: 86400))]").lines.count == 2)
  }

  @Test("A day without results is covered; hours fall into their day; more than a day is refused")
  func buckets() throws {
    #expect(try read(page()).days == [0])
    let hours =
      #"{"data":[{"start_time":82800,"end_time":86400,"results":[]},{"start_time":86400,"end_time":90000,"results":[]}]}"#
    #expect(try read(hours).days == [0, 1])
    #expect(throws: ExportError.self) { try read(#"{"data":[{"start_time":3600,"end_time":90000,"results":[]}]}"#) }
    let iso = #"{"data":[{"starting_at":"2026-11-23T00:00:00Z","ending_at":"2026-11-24T00:00:00Z","results":[]}]}"#
    #expect(try read(iso).days == [20780])
  }

  @Test("Tokens are every token once: OpenAI's input has the cached ones, Anthropic's counts are apart")
  func tokens() throws {
    func tokens(_ members: String) throws -> [Int64?] { try read(page("{\(members)}")).lines.map(\.tokens) }
    let openAI =
      #""object":"organization.usage.completions.result","input_tokens":100,"input_cached_tokens":40,"output_tokens":7"#
    #expect(try tokens(openAI) == [107])
    #expect(try tokens(openAI + #","input_audio_tokens":5,"output_audio_tokens":3"#) == [115])
    #expect(try tokens(openAI + #","input_text_tokens":95,"input_audio_tokens":5"#) == [107])
    #expect(
      try tokens(
        #""uncached_input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":2,"ephemeral_5m_input_tokens":3},"#
          + #""cache_read_input_tokens":4,"output_tokens":5,"server_tool_use":{"web_search_requests":9}"#) == [15])
    let images = try read(page(#"{"object":"organization.usage.images.result","images":3,"num_model_requests":2}"#))
    #expect(images.lines.map(\.tokens) == [nil])
    #expect(images.lines.map(\.requests) == [2])
    #expect(images.notes.count == 1, "what cannot be compared is stated")
  }

  @Test("A CSV is read by its column names, in any order, with any of three separators, quotes and lines inside them")
  func csv() throws {
    let plain = "project,day,amount_usd,model\np,1970-01-02,1.5,m\n"
    for text in [
      plain, plain.replacing(",", with: ";"), plain.replacing(",", with: "\t"), plain.replacing("\n", with: "\r\n"),
    ] {
      let line = try #require(try read(text).lines.first)
      #expect(line == ProviderExport.Line(day: 1, model: "m", project: "p", costPicodollars: 1_500_000_000_000))
    }
    let quoted = try read("day,model,amount_usd\n\"1970-01-01\",\"a\"\"b,\nc\",\"2\"\n")
    #expect(quoted.lines.map(\.model) == ["a\"b,\nc"])
  }

  @Test("OpenAI's console export is one of them: empty days are covered, line items are models")
  func console() throws {
    let export = try read(
      """
      start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,organization_id
      86400,172800,1970-01-02T00:00:00+00:00,1970-01-03T00:00:00+00:00,0.8958740000000000,usd,"gpt-5-mini, input",proj_1,org-1
      172800,259200,1970-01-03T00:00:00+00:00,1970-01-04T00:00:00+00:00,,,,,
      """)
    #expect(export.days == [1, 2])
    #expect(
      export.lines == [
        ProviderExport.Line(day: 1, model: "gpt-5-mini", project: "proj_1", costPicodollars: 895_874_000_000)
      ])
    #expect(export.notes.contains { $0.contains("organization_id") }, "columns that are not read are stated")
  }
}

@Suite("A reconciliation")
struct ReconciliationTests {
  private static let dollar: Int128 = 1_000_000_000_000

  private func ours(
    _ cost: Int128, model: String? = "m", project: String? = nil, day: Int64 = 1,
    _ change: (inout ReportRow) -> Void = { _ in }
  ) -> Reconciliation.OurRow {
    var row = ReportRow(key: [])
    row.calls = 3
    row.tokens = [.input: 100]
    row.costPicodollars = cost
    row.costBySource = [.provider: cost]
    change(&row)
    return Reconciliation.OurRow(day: day, model: model, project: project, row: row)
  }

  private func theirs(
    _ cost: Int128?, model: String? = "m", project: String? = nil, day: Int64 = 1, tokens: Int64? = nil,
    item: String? = nil
  ) -> ProviderExport.Line {
    ProviderExport.Line(
      day: day, model: model, project: project, item: item, costPicodollars: cost, tokens: tokens, requests: nil)
  }

  private func compare(
    _ lines: [ProviderExport.Line], _ ours: [Reconciliation.OurRow], days: Range<Int64> = 1..<2
  ) -> Reconciliation {
    var export = ProviderExport()
    for line in lines { export.add(line) }
    export.days = Set(lines.map(\.day))
    return Reconciliation(export, ours: ours, days: days) { model, _ in model == "m-2026" ? "m" : nil }
  }

  @Test("Names of one model are one line, by the price book")
  func names() {
    let rows = compare([theirs(Self.dollar, model: "m-2026"), theirs(Self.dollar)], [ours(2 * Self.dollar)]).rows
    #expect(rows.count == 1)
    #expect(rows[0].gapPicodollars == 0 && rows[0].reasons.isEmpty)
  }

  @Test("Likely reasons follow from what is known of both sides")
  func reasons() {
    func reasons(_ lines: [ProviderExport.Line], _ rows: [Reconciliation.OurRow]) -> [String] {
      compare(lines, rows).rows.first?.reasons ?? ["no row"]
    }
    let two = theirs(2 * Self.dollar)
    #expect(reasons([two], []) == ["not through Tollgate"])
    #expect(reasons([two], [ours(2 * Self.dollar - 1_000_000_000)]) == [], "a thousandth is rounding")
    #expect(reasons([theirs(50_000_000)], [ours(0)]) == [], "and so is a hundredth of a cent")
    #expect(reasons([two], [ours(Self.dollar) { $0.unpricedCalls = 2 }]) == ["2 calls unpriced"])
    #expect(reasons([two], [ours(Self.dollar) { $0.partialCalls = 1 }]) == ["1 call partly priced"])
    #expect(reasons([two], [ours(Self.dollar) { $0.unmeteredCalls = 1 }]) == ["1 call unmetered"])
    #expect(
      reasons([two], [ours(3 * Self.dollar) { $0.costBySource = [.counted: Self.dollar] }]) == ["1.00 USD estimated"])
    #expect(
      reasons([two], [ours(3 * Self.dollar) { $0.substitutedPicodollars = Self.dollar }])
        == ["1.00 USD charged as another model"])
    #expect(
      reasons([two], [ours(Self.dollar) { $0.adjustedPicodollars = -Self.dollar }])
        == ["-1.00 USD adjusted, which is the gap"])
    #expect(reasons([two], [ours(Self.dollar)]) == ["not through Tollgate in part, or the price differs"])
    #expect(reasons([two], [ours(3 * Self.dollar)]) == ["the price differs (a discount?), or billed later"])
    #expect(reasons([two, theirs(nil, tokens: 100)], [ours(Self.dollar)]) == ["same tokens: the price differs"])
    #expect(
      reasons([two, theirs(nil, tokens: 1100)], [ours(Self.dollar)]) == ["1,000 tokens not through Tollgate"])
    #expect(reasons([theirs(nil, tokens: 100)], [ours(Self.dollar)]) == [], "usage alone compares tokens")
    #expect(reasons([theirs(nil, tokens: 90)], [ours(Self.dollar)]) == ["10 tokens not billed yet"])
  }

  @Test("What only Tollgate has is not billed yet, or the export says nothing of its day")
  func onlyOurs() {
    let other = theirs(Self.dollar, model: "x")
    let rows = compare([other], [ours(Self.dollar), ours(Self.dollar, day: 2)], days: 1..<3).rows
    #expect(
      rows.map(\.reasons) == [
        ["not billed to this account, or later"], ["not through Tollgate"], ["not in the export"],
      ])
  }

  @Test("Projects are compared where both sides name the same ones, else left out, and that is said")
  func projects() {
    let same = compare(
      [theirs(1, project: "a"), theirs(1, project: "b")], [ours(1, project: "a"), ours(1, project: nil)])
    #expect(same.rows.map(\.project) == [nil, "a", "b"])
    let foreign = compare([theirs(1, project: "wrkspc_1")], [ours(1, project: "org-1")])
    #expect(foreign.rows.map(\.project) == [nil])
    #expect(foreign.notes.contains { $0.contains("wrkspc_1") && $0.contains("org-1") })
  }

  @Test("Without models in the export, all models are one line")
  func ungrouped() {
    let result = compare([theirs(2, model: nil)], [ours(1, model: "m"), ours(1, model: "n")])
    #expect(result.rows.map(\.gapPicodollars) == [0])
    #expect(!result.notes.isEmpty)
  }

  @Test("Items stand by themselves, and the total has them")
  func items() {
    let result = compare([theirs(5, model: nil, item: "Web search"), theirs(1)], [ours(1)])
    #expect(result.rows.map(\.item) == [nil, "Web search"])
    #expect(result.total.gapPicodollars == 5)
    #expect(result.rows[1].reasons.count == 1)
  }

  @Test("The table has days, names, both sides and reasons, and notes below")
  func table() {
    let result = compare([theirs(3 * Self.dollar / 2, project: "p")], [ours(Self.dollar, project: "p")])
    let lines = result.tableText.split(separator: "\n").map(String.init)
    #expect(lines[0] == "DAY (UTC)   MODEL  PROJECT  THEIRS USD  OURS USD  GAP USD  LIKELY REASON")
    #expect(
      lines[1]
        == "1970-01-02  m      p            1.5000    1.0000   0.5000  not through Tollgate in part, or the price differs"
    )
    #expect(lines[3] == "total                           1.5000    1.0000   0.5000")
    #expect(result.csvText.hasPrefix("day,model,item,project,theirs_usd,ours_usd,gap_usd,"))
    #expect(result.csvText.contains("1970-01-02,m,,p,1.5,1,0.5,"))
  }
}
