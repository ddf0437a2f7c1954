import Metering
import Observability

/// The lines of FOCUS 1.2, the FinOps Open Cost and Usage Specification (focus.finops.org): its mandatory columns, the
/// conditional ones that Tollgate knows, and columns of its own that begin with `x_`.
///
/// Usage and what was booked afterwards are lines of their own, so that both add up to the report's cost. A call under a
/// subscription is billed nothing: what it would have cost is its list cost.
struct FocusExport {
  /// What a line is for; a project may follow.
  static let dimensions: [ReportDimension] = [.day, .provider, .model, .agent, .workflow, .billing]

  var dimensions: [ReportDimension]
  var period: ReportPeriod
  var rows: [ReportRow]

  static let header = [
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
    "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost",
    "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ResourceId", "ResourceName",
    "ResourceType", "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SubAccountId", "Tags",
    "x_Billing",
    "x_Calls", "x_EstimatedCost", "x_ReportedCost", "x_UnpricedCalls", "x_PartialCalls",
  ]

  var csvText: String {
    let lines = rows.flatMap { row -> [FocusLine] in
      guard let times = times(of: row) else { return [] }
      return [usageLine(row, times), adjustmentLine(row, times)].compactMap { $0 }
    }
    return CSVText.document([Self.header] + lines.map(\.fields))
  }

  /// What a reader of the lines must know, for standard error.
  var notes: String {
    let total = ReportRow.total(rows)
    var notes = [
      "\(DollarText.exact(picodollars: total.costPicodollars)) USD in all, of which "
        + "\(DollarText.exact(picodollars: total.estimatedPicodollars)) USD is estimated, "
        + "\(DollarText.exact(picodollars: total.reportedPicodollars)) USD was reported by providers, "
        + "\(DollarText.exact(picodollars: total.substitutedPicodollars)) USD was charged as another model and "
        + "\(DollarText.exact(picodollars: total.adjustedPicodollars)) USD was booked afterwards"
    ]
    let unknown = [("no price", total.unpricedCalls), ("a price for a part", total.partialCalls)]
    for (what, calls) in unknown where calls > 0 { notes.append("\(calls) calls have \(what)") }
    return notes.map { "tollgate: \($0)\n" }.joined()
  }

  private func value(_ dimension: ReportDimension, of row: ReportRow) -> String? {
    dimensions.firstIndex(of: dimension).flatMap { row.key.indices.contains($0) ? row.key[$0] : nil }
  }

  private func usageLine(_ row: ReportRow, _ times: FocusTimes) -> FocusLine? {
    guard row.calls > 0 else { return nil }
    var line = line(row, times)
    let cost = row.costPicodollars - row.adjustedPicodollars
    line.category = "Usage"
    line.billedCost = cost
    line.listCost = cost - row.reportedPicodollars + row.reportedBookPicodollars + row.subscriptionPicodollars
    line.tokens = row.totalTokens
    line.calls = row.calls
    line.row = row
    return line
  }

  private func adjustmentLine(_ row: ReportRow, _ times: FocusTimes) -> FocusLine? {
    guard row.adjustedPicodollars != 0 else { return nil }
    var line = line(row, times)
    line.category = "Adjustment"
    line.billedCost = row.adjustedPicodollars
    line.listCost = row.adjustedPicodollars
    return line
  }

  private func line(_ row: ReportRow, _ times: FocusTimes) -> FocusLine {
    FocusLine(
      times: times, provider: value(.provider, of: row) ?? "", model: value(.model, of: row),
      agent: value(.agent, of: row), workflow: value(.workflow, of: row), billing: value(.billing, of: row) ?? "",
      project: value(.project, of: row))
  }

  /// The day of a row within the period, and its month, in the period's time zone.
  private func times(of row: ReportRow) -> FocusTimes? {
    guard let day = value(.day, of: row), let date = Timestamp(date: day, utcOffsetSeconds: 0) else { return nil }
    func midnight(_ date: Timestamp) -> Timestamp {
      (try? ReportPeriod.time(String(date.rfc3339.prefix(10)), in: period.timeZone)) ?? date
    }
    func adding(_ days: Int64, to date: Timestamp) -> Timestamp {
      Timestamp(unixMicroseconds: date.unixMicroseconds &+ days &* 86_400_000_000)
    }
    let first = Timestamp(date: "\(day.prefix(8))01", utcOffsetSeconds: 0) ?? date
    // 32 days after a month's first is in the next month, whatever its length.
    let next = Timestamp(date: "\(adding(32, to: first).rfc3339.prefix(8))01", utcOffsetSeconds: 0) ?? first
    return FocusTimes(
      start: max(midnight(date), period.from), end: min(midnight(adding(1, to: date)), period.to),
      billingStart: midnight(first), billingEnd: midnight(next))
  }
}

/// When a line was charged, and in which month.
struct FocusTimes {
  var start: Timestamp
  var end: Timestamp
  var billingStart: Timestamp
  var billingEnd: Timestamp
}

/// One line.
struct FocusLine {
  var times: FocusTimes
  var provider: String
  var model: String?
  var agent: String?
  var workflow: String?
  var billing: String
  var project: String?
  var category = ""
  var billedCost: Int128 = 0
  var listCost: Int128 = 0
  var tokens: Int64 = 0
  var calls: Int64 = 0
  var row = ReportRow(key: [])

  /// In the order of ``FocusExport/header``.
  var fields: [String] {
    let isUsage = category == "Usage"
    let billed = DollarText.exact(picodollars: billedCost)
    // A specification of consumption wants a quantity above zero, and its unit.
    let hasTokens = tokens > 0
    let quantity = isUsage ? String(hasTokens ? tokens : calls) : ""
    let unit = isUsage ? (hasTokens ? "Tokens" : "Requests") : ""
    return [
      billed, provider, provider, "USD", Self.text(times.billingEnd), Self.text(times.billingStart), category,
      "", description, isUsage ? "Usage-Based" : "One-Time", Self.text(times.end), Self.text(times.start), quantity,
      unit,
      billed, billed, provider, DollarText.exact(picodollars: listCost), isUsage ? "Standard" : "", quantity, unit,
      provider,
      provider, resourceID, workflow ?? "", workflow == nil ? "" : "Workflow", "AI and Machine Learning",
      "\(provider) API", "Generative AI", model ?? "", project ?? "", tags, billing, isUsage ? String(calls) : "",
      isUsage ? DollarText.exact(picodollars: row.estimatedPicodollars) : "",
      isUsage ? DollarText.exact(picodollars: row.reportedPicodollars) : "", isUsage ? String(row.unpricedCalls) : "",
      isUsage ? String(row.partialCalls) : "",
    ]
  }

  private var description: String {
    category == "Usage" ? "\(model ?? "unknown model"), \(billing)" : "Booked after the calls were settled"
  }

  private var resourceID: String {
    [workflow.map { "workflow/\($0)" }, agent.map { "agent/\($0)" }].compactMap { $0 }.joined(separator: "/")
  }

  private var tags: String {
    let tags = [("agent", agent), ("workflow", workflow), ("billing", Optional(billing))]
    return JSONValue.object(
      tags.compactMap { name, value in value.map { (name: "tollgate/\(name)", value: .string($0)) } }
    ).text
  }

  /// To the second, as the specification writes times.
  private static func text(_ time: Timestamp) -> String { "\(time.rfc3339.prefix(19))Z" }
}
