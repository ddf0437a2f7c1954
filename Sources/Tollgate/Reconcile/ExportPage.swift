import JSON
import Metering
import Observability

/// One page of a provider's cost or usage endpoint: buckets of time with results.
///
/// OpenAI: `/v1/organization/costs` and `/v1/organization/usage/…` (buckets from `start_time`, in Unix seconds). Anthropic:
/// `/v1/organizations/cost_report` and `/v1/organizations/usage_report/messages` (buckets from `starting_at`).
struct ExportPage {
  private let page: JSON.JSONValue
  private let name: String

  init(_ page: JSON.JSONValue, name: String) {
    self.page = page
    self.name = name
  }

  func add(to export: inout ProviderExport) throws(ExportError) {
    guard let buckets = page["data"]?.elements else {
      throw ExportError(
        "\(name) has no list \"data\": it must be what a cost or usage endpoint answered (OpenAI's organization/costs or "
          + "organization/usage/…, Anthropic's cost_report or usage_report/messages), or CSV")
    }
    for (number, bucket) in buckets.enumerated() {
      try add(bucket, place: "\(name), bucket \(number + 1)", to: &export)
    }
  }

  private func add(
    _ bucket: JSON.JSONValue, place: String, to export: inout ProviderExport
  ) throws(ExportError) {
    let (start, end) = try times(of: bucket, place)
    let day = UTCDay.of(unixSeconds: start)
    guard end <= (day + 1) * UTCDay.seconds else {
      throw ExportError("\(place) is longer than a UTC day; ask for bucket_width=1d, 1h or 1m")
    }
    export.days.insert(day)
    guard let results = (bucket["results"] ?? bucket["result"])?.elements else {
      throw ExportError("\(place) has no list \"results\"")
    }
    for (number, result) in results.enumerated() {
      let place = "\(place), result \(number + 1)"
      let kind = ExportResult.Kind(result)
      try export.claim("\(kind.name) \(start) \(ExportResult.identity(result))", from: place)
      try ExportResult(result, kind: kind, day: day, place: place).add(to: &export)
    }
  }

  private func times(of bucket: JSON.JSONValue, _ place: String) throws(ExportError) -> (start: Int64, end: Int64) {
    func seconds(_ names: [String]) -> Int64? {
      for name in names {
        guard let value = bucket[name] else { continue }
        if let seconds = value.integer { return seconds }
        if let text = value.string {
          if let seconds = Int64(text) { return seconds }
          if let time = Timestamp(rfc3339: text) { return time.unixMicroseconds / 1_000_000 }
        }
      }
      return nil
    }
    guard let start = seconds(["start_time", "starting_at", "start_time_iso"]), UTCDay.isPlausible(unixSeconds: start)
    else {
      throw ExportError("\(place) has neither start_time nor starting_at")
    }
    let end = seconds(["end_time", "ending_at", "end_time_iso"]) ?? start + 1
    guard start < end, UTCDay.isPlausible(unixSeconds: end) else { throw ExportError("\(place) ends before it begins") }
    return (start, end)
  }
}

/// One result of a bucket.
struct ExportResult {
  /// Which endpoint it came from.
  enum Kind: Equatable {
    /// Amounts in dollars (OpenAI).
    case costs
    /// Amounts in cents, as decimal texts (Anthropic).
    case costsInCents
    /// Tokens and requests; the name is what the endpoint is called.
    case usage(String)

    init(_ result: JSON.JSONValue) {
      let object = result["object"]?.string ?? ""
      if let amount = result["amount"], amount != .null {
        self = amount.members == nil ? .costsInCents : .costs
      } else if object == "organization.costs.result" {
        self = .costs
      } else {
        self = .usage(object.isEmpty ? "messages" : object)
      }
    }

    var name: String {
      switch self {
      case .costs, .costsInCents: "costs"
      case .usage(let name): name
      }
    }
  }

  private let result: JSON.JSONValue
  private let kind: Kind
  private let day: Int64
  private let place: String

  init(_ result: JSON.JSONValue, kind: Kind, day: Int64, place: String) {
    self.result = result
    self.kind = kind
    self.day = day
    self.place = place
  }

  /// Everything that results are grouped by: two that agree in all of it are the same.
  static func identity(_ result: JSON.JSONValue) -> String {
    (result.members ?? []).filter { $0.name != "object" && $0.name != "amount" }.compactMap { member in
      switch member.value {
      case .string(let text): "\(member.name)=\(text)"
      case .bool(let value): "\(member.name)=\(value)"
      default: nil
      }
    }.sorted().joined(separator: "&")
  }

  func add(to export: inout ProviderExport) throws(ExportError) {
    var line = ProviderExport.Line(day: day)
    line.project = text("project_id") ?? text("workspace_id")
    line.model = text("model")
    switch kind {
    case .costs, .costsInCents:
      line.costPicodollars = try cost(&export)
      guard line.model == nil, let item = text("line_item") ?? text("description") else { break }
      let lineItem = LineItem(item)
      line.model = lineItem.model
      line.item = lineItem.model == nil ? item : nil
    case .usage(let endpoint):
      line.requests = count("num_model_requests")
      line.tokens = tokens
      if line.tokens == nil {
        // Images, characters, seconds, sessions and bytes are billed by other units, which costs compare.
        line.item = endpoint
        export.note(
          "\(endpoint) has no tokens to compare: only its requests are; its costs are compared by a costs export")
      }
    }
    export.add(line)
  }

  private func cost(_ export: inout ProviderExport) throws(ExportError) -> Int128 {
    let amount = result["amount"]
    let (value, currency) =
      kind == .costs ? (amount?["value"], amount?["currency"]?.string) : (amount, result["currency"]?.string)
    if let currency, currency.lowercased() != "usd" {
      throw ExportError("\(place) is in \(currency.uppercased()); only amounts in USD can be compared")
    }
    let text: String? =
      switch value {
      case .number(let text), .string(let text): text
      default: nil
      }
    guard let text else { throw ExportError("\(place) has no amount") }
    guard let decimal = DecimalAmount(text, unitExponent: kind == .costs ? 0 : -2) else {
      throw ExportError("\(place): \"\(text)\" is no amount")
    }
    if decimal.isRounded {
      export.note("amounts with more than 12 digits after the point were rounded to the pico-dollar")
    }
    return decimal.picodollars
  }

  /// Every token that a result names. OpenAI's `input_tokens` include cached ones; they leave audio out unless the result
  /// tells text apart as well. Anthropic's counts are disjoint.
  private var tokens: Int64? {
    var names = ["input_tokens", "output_tokens"]
    if result["input_text_tokens"] == nil { names += ["input_audio_tokens", "output_audio_tokens"] }
    names += [
      "uncached_input_tokens", "cache_read_input_tokens", "cache_creation_5m_input_tokens",
      "cache_creation_1h_input_tokens",
    ]
    var counts = names.compactMap { count($0) }
    for member in result["cache_creation"]?.members ?? [] {
      if let count = member.value.integer { counts.append(max(0, count)) }
    }
    guard !counts.isEmpty else { return nil }
    return counts.reduce(0) { sum, count in
      let (total, overflow) = sum.addingReportingOverflow(count)
      return overflow ? .max : total
    }
  }

  private func text(_ name: String) -> String? {
    guard let text = result[name]?.string, !text.isEmpty else { return nil }
    return text
  }

  private func count(_ name: String) -> Int64? { result[name]?.integer.map { max(0, $0) } }
}
