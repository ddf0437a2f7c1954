import Observability

extension Reconciliation {
  /// The comparison as a table with notes below, for a terminal.
  var tableText: String {
    guard !rows.isEmpty else { return (["Nothing to compare."] + notes).map { $0 + "\n" }.joined() }
    let total = total
    let amounts = (rows + [total]).flatMap { row -> [Int128] in
      [row.theirs.costPicodollars ?? 0, row.ours?.costPicodollars ?? 0, row.gapPicodollars ?? 0]
    }
    let digits = min(8, DollarText.fractionDigits(showing: 4, of: amounts))
    var columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("DAY (UTC)", .left), ("MODEL", .left), ("PROJECT", .left),
    ]
    if hasCosts { columns += [("THEIRS USD", .right), ("OURS USD", .right), ("GAP USD", .right)] }
    if hasTokens { columns += [("THEIR TOKENS", .right), ("OUR TOKENS", .right)] }
    columns.append(("LIKELY REASON", .left))
    var table = TextTable(columns: columns)
    func figures(_ row: Row) -> [String] {
      func money(_ amount: Int128?) -> String {
        amount.map { DollarText.fixed(picodollars: $0, fractionDigits: digits) } ?? "-"
      }
      var cells: [String] = []
      if hasCosts {
        cells += [money(row.theirs.costPicodollars), money(row.ours?.costPicodollars), money(row.gapPicodollars)]
      }
      if hasTokens {
        cells += [row.theirs.tokens.map(grouped) ?? "-", row.ours.map { grouped($0.totalTokens) } ?? "-"]
      }
      return cells
    }
    table.rows = rows.map { row in
      [DayText.text(row.day), Self.name(row), row.project ?? "(all)"] + figures(row)
        + [row.reasons.joined(separator: "; ")]
    }
    table.totals = ["total", "", ""] + figures(total) + [""]
    return (table.lines + [""] + notes).map { $0 + "\n" }.joined()
  }

  private static func name(_ row: Row) -> String {
    if let item = row.item { return "(item) \(item)" }
    return row.model ?? "(all)"
  }

  /// The rows, a header line first, amounts exact. Notes go to standard error.
  var csvText: String {
    let header = [
      "day", "model", "item", "project", "theirs_usd", "ours_usd", "gap_usd", "their_tokens", "our_tokens",
      "their_requests", "our_calls", "our_estimated_usd", "our_adjusted_usd", "our_reported_usd", "our_unpriced_calls",
      "our_partial_calls", "our_unmetered_calls", "likely_reason",
    ]
    return CSVText.document(
      [header]
        + rows.map { row in
          func money(_ amount: Int128?) -> String { amount.map { DollarText.exact(picodollars: $0) } ?? "" }
          func count(_ count: Int64?) -> String { count.map { String($0) } ?? "" }
          let ours = row.ours
          return [
            DayText.text(row.day), row.model ?? "", row.item ?? "", row.project ?? "",
            money(row.theirs.costPicodollars),
            money(ours?.costPicodollars), money(row.gapPicodollars), count(row.theirs.tokens), count(ours?.totalTokens),
            count(row.theirs.requests), count(ours?.calls), money(ours?.estimatedPicodollars),
            money(ours?.adjustedPicodollars), money(ours?.reportedPicodollars), count(ours?.unpricedCalls),
            count(ours?.partialCalls), count(ours?.unmeteredCalls), row.reasons.joined(separator: "; "),
          ]
        })
  }

  /// One object: rows, their sums and the notes.
  var jsonText: String {
    JSONValue.object([
      (
        "rows",
        .array(
          rows.map { row in
            .object(
              [("day", .string(DayText.text(row.day)))] + [
                ("model", JSONValue(row.model)), ("item", JSONValue(row.item)), ("project", JSONValue(row.project)),
              ] + Self.members(row) + [("likely_reasons", .array(row.reasons.map { .string($0) }))])
          })
      ), ("total", .object(Self.members(total))), ("notes", .array(notes.map { .string($0) })),
    ]).text + "\n"
  }

  private static func members(_ row: Row) -> [(name: String, value: JSONValue)] {
    func integer(_ value: (some BinaryInteger)?) -> JSONValue { value.map { .integer(Int128($0)) } ?? .null }
    let ours = row.ours
    return [
      ("theirs_pico_usd", integer(row.theirs.costPicodollars)), ("ours_pico_usd", integer(ours?.costPicodollars)),
      ("gap_pico_usd", integer(row.gapPicodollars)), ("their_tokens", integer(row.theirs.tokens)),
      ("our_tokens", integer(ours?.totalTokens)), ("their_requests", integer(row.theirs.requests)),
      ("our_calls", integer(ours?.calls)), ("our_estimated_pico_usd", integer(ours?.estimatedPicodollars)),
      ("our_adjusted_pico_usd", integer(ours?.adjustedPicodollars)),
      ("our_reported_pico_usd", integer(ours?.reportedPicodollars)),
      ("our_unpriced_calls", integer(ours?.unpricedCalls)), ("our_partial_calls", integer(ours?.partialCalls)),
      ("our_unmetered_calls", integer(ours?.unmeteredCalls)),
    ]
  }
}
