import Metering
import Observability

/// A CSV file with a header line: Tollgate's own plain form, and what the consoles of OpenAI and Anthropic export.
///
/// The plain form: `day,model,project,amount_usd,input_tokens,output_tokens,requests`, of which `day` and one of the numbers
/// must be there. Fields are separated by commas, semicolons or tabs.
struct ExportCSV {
  private let name: String
  private let header: [String]
  private let rows: [(line: Int, fields: [String])]

  /// What a column says, by the names that it goes by.
  private enum Column: CaseIterable {
    case day, model, project, item, amount, currency, requests

    var names: [String] {
      switch self {
      case .day:
        ["day", "date", "start_time_iso", "start_time", "starting_at", "usage_date_utc", "usage_date"]
      case .model: ["model", "model_version"]
      case .project: ["project", "project_id", "workspace_id", "workspace"]
      case .item: ["line_item", "description", "item"]
      case .amount: ["amount_usd", "cost_usd", "amount_value", "amount", "cost"]
      case .currency: ["amount_currency", "currency"]
      case .requests: ["requests", "num_model_requests"]
      }
    }
  }

  /// Columns whose sum is every token. The audio columns of OpenAI stand beside `input_tokens` only where text is not told
  /// apart.
  private static let tokenColumns = [
    "input_tokens", "output_tokens", "cached_tokens", "usage_input_tokens_no_cache",
    "usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h", "usage_input_tokens_cache_read",
    "usage_output_tokens", "uncached_input_tokens", "cache_read_input_tokens", "cache_creation_5m_input_tokens",
    "cache_creation_1h_input_tokens",
  ]
  private static let audioColumns = ["input_audio_tokens", "output_audio_tokens"]

  init(_ bytes: [UInt8], name: String) throws(ExportError) {
    self.name = name
    guard
      let text = String(validating: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes, as: UTF8.self)
    else { throw ExportError("\(name) is neither JSON nor text in UTF-8") }
    let lines = CSVReader.lines(text)
    guard let first = lines.first else { throw ExportError("\(name) is empty") }
    header = first.fields.map { $0.lowercased() }
    rows = Array(lines.dropFirst())
  }

  func add(to export: inout ProviderExport) throws(ExportError) {
    guard let day = place(of: .day) else { throw unknownHeader }
    let tokens = tokenPlaces
    let amount = place(of: .amount)
    guard amount != nil || !tokens.isEmpty || place(of: .requests) != nil else { throw unknownHeader }
    var seen: Set<String> = []
    var repeated: (first: String, count: Int)?
    for row in rows {
      let here = "\(name), line \(row.line)"
      func field(_ place: Int?) -> String? {
        guard let place, row.fields.indices.contains(place), !row.fields[place].isEmpty else { return nil }
        return row.fields[place]
      }
      guard let text = field(day) else { throw ExportError("\(here) has no day") }
      let date = try Self.day(text, here)
      export.days.insert(date)
      var line = ProviderExport.Line(day: date)
      line.model = field(place(of: .model))
      line.project = field(place(of: .project))
      line.requests = try field(place(of: .requests)).map { text throws(ExportError) in try Self.count(text, here) }
      line.costPicodollars = try field(amount).map { text throws(ExportError) in
        try cost(text, currency: field(place(of: .currency)), here, &export)
      }
      for place in tokens {
        guard let text = field(place) else { continue }
        let (sum, overflow) = (line.tokens ?? 0).addingReportingOverflow(try Self.count(text, here))
        line.tokens = overflow ? .max : sum
      }
      // The consoles write a line without figures for a day without use.
      guard line.costPicodollars != nil || line.tokens != nil || line.requests != nil else { continue }
      if line.model == nil, let item = field(place(of: .item)) {
        line.model = LineItem(item).model
        line.item = line.model == nil ? item : nil
      }
      if !seen.insert(row.fields.joined(separator: "\u{1f}")).inserted {
        repeated = (repeated?.first ?? here, (repeated?.count ?? 0) + 1)
      }
      export.add(line)
    }
    if let repeated {
      let more = repeated.count > 1 ? " and \(repeated.count - 1) more" : ""
      export.note("\(repeated.first)\(more) says the same as a line before it; all are counted")
    }
    let known = Column.allCases.flatMap(\.names) + Self.tokenColumns + Self.audioColumns
    let unread = header.filter { !known.contains($0) && !$0.isEmpty }
    if !unread.isEmpty { export.note("\(name): columns that are not read: \(unread.joined(separator: ", "))") }
  }

  private var unknownHeader: ExportError {
    ExportError(
      "\(name) begins with the columns \(header.prefix(12).joined(separator: ", ")); needed are day and one of amount_usd, "
        + "input_tokens, output_tokens, requests, besides model and project")
  }

  private func place(of column: Column) -> Int? {
    for name in column.names { if let place = header.firstIndex(of: name) { return place } }
    return nil
  }

  private var tokenPlaces: [Int] {
    let names = header.contains("input_text_tokens") ? Self.tokenColumns : Self.tokenColumns + Self.audioColumns
    return header.indices.filter { names.contains(header[$0]) }
  }

  private func cost(
    _ text: String, currency: String?, _ place: String, _ export: inout ProviderExport
  ) throws(ExportError) -> Int128 {
    if let currency, currency.lowercased() != "usd" {
      throw ExportError("\(place) is in \(currency.uppercased()); only amounts in USD can be compared")
    }
    let plain = text.hasPrefix("$") ? String(text.dropFirst()) : text
    guard let decimal = DecimalAmount(plain) else { throw ExportError("\(place): \"\(text)\" is no amount") }
    if decimal.isRounded {
      export.note("amounts with more than 12 digits after the point were rounded to the pico-dollar")
    }
    return decimal.picodollars
  }

  private static func day(_ text: String, _ place: String) throws(ExportError) -> Int64 {
    if let seconds = Int64(text), UTCDay.isPlausible(unixSeconds: seconds) { return UTCDay.of(unixSeconds: seconds) }
    if let time = Timestamp(date: text, utcOffsetSeconds: 0) ?? Timestamp(rfc3339: text) { return UTCDay.of(time) }
    throw ExportError("\(place): \"\(text)\" is no day; write 2026-11-22")
  }

  private static func count(_ text: String, _ place: String) throws(ExportError) -> Int64 {
    guard let count = Int64(text), count >= 0 else { throw ExportError("\(place): \"\(text)\" is no count") }
    return count
  }
}

/// Takes RFC 4180 apart.
enum CSVReader {
  /// Lines with their numbers, without those that are empty. The separator is the one of comma, semicolon and tab that the
  /// first line has most of.
  static func lines(_ text: String) -> [(line: Int, fields: [String])] {
    let scalars = Array(text.unicodeScalars)
    let first = scalars.prefix { $0 != "\n" && $0 != "\r" }
    let separators: [Unicode.Scalar] = [",", ";", "\t"]
    let separator =
      separators.max { left, right in
        first.count { $0 == left } < first.count { $0 == right }
      } ?? ","
    var lines: [(line: Int, fields: [String])] = []
    var fields: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var number = 1
    var start = 1
    var index = 0
    func end() {
      fields.append(String(field))
      field = String.UnicodeScalarView()
    }
    func endLine() {
      end()
      if fields != [""] { lines.append((start, fields)) }
      fields = []
    }
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      if scalar == "\n" { number += 1 }
      if isQuoted {
        if scalar != "\"" {
          field.append(scalar)
        } else if index < scalars.count, scalars[index] == "\"" {
          field.append(scalar)
          index += 1
        } else {
          isQuoted = false
        }
        continue
      }
      switch scalar {
      case "\"": isQuoted = true
      case separator: end()
      case "\r": continue
      case "\n":
        endLine()
        start = number
      default: field.append(scalar)
      }
    }
    if !field.isEmpty || !fields.isEmpty { endLine() }
    return lines
  }
}
