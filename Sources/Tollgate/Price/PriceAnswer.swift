import Metering
import Observability

/// What `tollgate price` prints.
struct PriceAnswer {
  var question: PriceQuestion
  var quote: PriceQuote
  /// Where a usage was given.
  var charge: Charge?
  /// What was used and is never billed by the call.
  var free: [UsageCell] = []

  /// A table for people, with the source of every figure below it.
  var tableText: String {
    let parts = [headLines, ratesLines, adjustmentLines, chargeLines, sourceLines]
    return parts.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
  }

  private var headLines: [String] {
    var lines = ["\(quote.model) (\(quote.provider))" + (quote.name.map { ": \($0)" } ?? "")]
    lines.append("at \(question.at.rfc3339), \(periodText)")
    if let tokens = quote.contextTokens { lines.append("context \(grouped(tokens)) tokens") }
    lines.append(
      quote.maxOutputTokens.map { "output at most \(grouped($0)) tokens" }
        ?? "nobody states how much it can answer with")
    if quote.isDeprecated { lines.append("the provider has announced its end") }
    if quote.isEnded { lines.append("this price has ended, and no later one is known") }
    lines += quote.limits.flatMap(Self.text)
    lines += quote.allowances.map(Self.text)
    if let note = quote.note { lines.append(note) }
    return lines
  }

  private var periodText: String {
    var text = "price " + (quote.periodFrom.map { "since \($0.rfc3339)" } ?? "since ever")
    if let end = quote.periodTo { text += ", until \(end.rfc3339)" }
    if let next = quote.nextPeriodFrom { text += ", another from \(next.rfc3339)" }
    return text
  }

  private var ratesLines: [String] {
    var table = TextTable(columns: [("meter", .left), ("USD", .right), ("per", .left)])
    table.rows = quote.rates.map { [$0.meter, $0.price, Self.unit($0.unitsPerPrice, $0.unit)] }
    return table.lines
  }

  private var adjustmentLines: [String] {
    guard !quote.adjustments.isEmpty else { return [] }
    var table = TextTable(columns: [("applied", .left), ("when", .left), ("then", .left)])
    table.rows = quote.adjustments.map { [$0.isApplied ? "yes" : "no", $0.condition, $0.effect] }
    return table.lines
  }

  private var chargeLines: [String] {
    guard let charge else { return [] }
    var table = TextTable(
      columns: [
        ("used", .left), ("quantity", .right), ("billed", .right), ("meter", .left), ("USD", .right), ("per", .left),
        ("cost", .right),
      ])
    table.rows = charge.lines.map { line in
      [
        line.cell.meter.description, Self.quantity(line.quantity, of: line.cell),
        Self.quantity(line.billedQuantity, of: line.cell), line.meter ?? "no price", line.price ?? "",
        line.price == nil ? "" : Self.unit(line.unitsPerPrice, line.unit ?? ""),
        DollarText.exact(picodollars: Int128(line.costPicodollars)),
      ]
    }
    if let discount = charge.discount {
      let difference = DollarText.exact(picodollars: Int128(discount.differencePicodollars))
      table.rows.append(["discount", "", "", "", "× \(discount.times)", "", difference])
    }
    table.totals = ["", "", "", "", "", "", DollarText.exact(picodollars: Int128(charge.costPicodollars))]
    var lines = table.lines + ["cost_pico_usd \(charge.costPicodollars)"]
    lines += free.map { "\($0.meter) is recorded, and never billed by the call" }
    if charge.source == .partial { lines.append("partial: not everything that was used has a price") }
    if charge.isRounded { lines.append("rounded: the exact sum is no whole number of pico-dollars") }
    if charge.isSaturated { lines.append("the sum is more than can be counted, and stays at the largest amount") }
    return lines
  }

  private var sourceLines: [String] {
    var lines: [String] = []
    func add(_ source: PriceSource?) {
      guard let source else { return }
      let line = "source \(source.key): \(source.what), \(source.url)"
      if !lines.contains(line) { lines.append(line) }
    }
    add(quote.source)
    for adjustment in quote.adjustments where adjustment.isApplied { add(adjustment.source) }
    add(quote.maxOutputSource)
    return lines + quote.pages.map { "page \($0)" }
  }

  /// A count in units of its meter: milliseconds as seconds.
  static func quantity(_ count: Int64, of cell: UsageCell) -> String {
    cell.countsPerUnit == 1 ? grouped(count) : DecimalText.text(Int128(count), fractionDigits: 3) + " s"
  }

  private static func text(_ limit: PriceQuote.Limit) -> [String] {
    [
      limit.minimum.map { "\(limit.meter): at least \(grouped($0)) \(limit.unit) are billed of a call" },
      limit.maximum.map { "\(limit.meter): at most \(grouped($0)) \(limit.unit) are billed of a call" },
    ].compactMap { $0 }
  }

  private static func text(_ allowance: FreeAllowance) -> String {
    "\(allowance.meter): \(grouped(allowance.count)) a \(allowance.period) are free"
      + (allowance.sharedGroup.map { ", shared by the models of \($0)" } ?? "")
      + "; one call does not know what others used, so nothing is subtracted"
  }

  private static func unit(_ count: Int64, _ unit: String) -> String {
    count == 1 ? "one of \(unit)" : "\(grouped(count)) \(unit)"
  }
}
