import Metering
import Observability

extension PriceAnswer {
  /// The same as one JSON object and a line feed. Prices are decimal strings (or fractions), the cost an integer.
  var jsonText: String {
    var members: [(name: String, value: JSONValue)] = [
      ("model", .string(quote.model)), ("provider", .string(quote.provider)), ("name", JSONValue(quote.name)),
      ("at", .string(question.at.rfc3339)), ("context_tokens", Self.number(quote.contextTokens)),
      ("max_output_tokens", Self.number(quote.maxOutputTokens)),
      ("max_output_source", Self.value(quote.maxOutputSource)), ("deprecated", .bool(quote.isDeprecated)),
      (
        "period",
        .object([
          ("from", JSONValue(quote.periodFrom?.rfc3339)), ("to", JSONValue(quote.periodTo?.rfc3339)),
          ("next_from", JSONValue(quote.nextPeriodFrom?.rfc3339)), ("ended", .bool(quote.isEnded)),
        ])
      ),
      ("source", Self.value(quote.source)), ("pages", .array(quote.pages.map(JSONValue.string))),
      (
        "limits",
        .array(
          quote.limits.map { limit in
            .object([
              ("meter", .string(limit.meter)), ("minimum", Self.number(limit.minimum)),
              ("maximum", Self.number(limit.maximum)), ("unit", .string(limit.unit)),
            ])
          })
      ),
      (
        "free",
        .array(
          quote.allowances.map { allowance in
            .object([
              ("meter", .string(allowance.meter)), ("count", .count(allowance.count)),
              ("period", .string(allowance.period)), ("shared_group", JSONValue(allowance.sharedGroup)),
            ])
          })
      ), ("note", JSONValue(quote.note)),
      ("rates", .array(quote.rates.map(Self.value))), ("adjustments", .array(quote.adjustments.map(Self.value))),
    ]
    if let charge { members += Self.members(charge) }
    return JSONValue.object(members).text + "\n"
  }

  private static func members(_ charge: Charge) -> [(name: String, value: JSONValue)] {
    let lines = charge.lines.map { line in
      JSONValue.object([
        ("class", .string(line.cell.meter.description)), ("quantity", quantity(line.quantity, of: line.cell)),
        ("billed", quantity(line.billedQuantity, of: line.cell)), ("meter", JSONValue(line.meter)),
        ("usd", JSONValue(line.price)), ("per", .count(line.unitsPerPrice)), ("unit", JSONValue(line.unit)),
        ("cost_pico_usd", .count(line.costPicodollars)),
      ])
    }
    return [
      ("lines", .array(lines)),
      (
        "discount",
        charge.discount.map { discount in
          .object([
            ("times", .string(discount.times)),
            ("difference_pico_usd", .integer(Int128(discount.differencePicodollars))),
          ])
        } ?? .null
      ), ("cost_pico_usd", .count(charge.costPicodollars)),
      ("cost_usd", .string(DollarText.exact(picodollars: Int128(charge.costPicodollars)))),
      ("cost_source", .string(charge.source.rawValue)), ("priced_as", JSONValue(charge.pricedAs)),
      ("rounded", .bool(charge.isRounded)), ("saturated", .bool(charge.isSaturated)),
      ("ended", .bool(charge.isEnded)),
    ]
  }

  private static func value(_ rate: PriceQuote.Rate) -> JSONValue {
    .object([
      ("meter", .string(rate.meter)), ("usd", .string(rate.price)), ("per", .count(rate.unitsPerPrice)),
      ("unit", .string(rate.unit)),
    ])
  }

  private static func value(_ adjustment: PriceQuote.Adjustment) -> JSONValue {
    .object([
      ("when", .string(adjustment.condition)), ("then", .string(adjustment.effect)),
      ("applied", .bool(adjustment.isApplied)), ("source", value(adjustment.source)),
    ])
  }

  private static func value(_ source: PriceSource?) -> JSONValue {
    guard let source else { return .null }
    return .object([
      ("key", .string(source.key)), ("what", .string(source.what)), ("url", .string(source.url)),
      ("licence", JSONValue(source.licence)), ("taken", JSONValue(source.taken)),
    ])
  }

  /// A count in units of its meter: milliseconds as a decimal number of seconds.
  private static func quantity(_ count: Int64, of cell: UsageCell) -> JSONValue {
    cell.countsPerUnit == 1 ? .count(count) : .decimal(DecimalText.text(Int128(count), fractionDigits: 3))
  }

  private static func number(_ count: Int64?) -> JSONValue { count.map { .count($0) } ?? .null }
}
