import Metering
import Observability

/// Reads the JSON of `/api/v1/summary`.
enum SummaryReply {
  /// - Returns: nil where it is not a summary by these dimensions. Members that are missing count as zero.
  static func rows(_ body: [UInt8], by: [ReportDimension]) -> [ReportRow]? {
    guard let reply = JSONValue.parse(body), case .array(let rows) = reply["rows"] else { return nil }
    return rows.map { row in
      var result = ReportRow(key: by.map { row[$0.rawValue].stringValue })
      result.calls = count(row["calls"])
      for tokenClass in TokenClass.allCases {
        let tokens = count(row["tokens"][tokenClass.rawValue])
        if tokens > 0 { result.tokens[tokenClass] = tokens }
      }
      for cell in UsageCell.allCases where !cell.isTokens {
        let count = count(row["units"][cell.meter.description], of: cell)
        if count > 0 { result.units[cell] = count }
      }
      result.costPicodollars = row["cost_pico_usd"].integerValue ?? 0
      result.adjustedPicodollars = row["adjusted_pico_usd"].integerValue ?? 0
      result.reportedPicodollars = row["reported_pico_usd"].integerValue ?? 0
      result.reportedBookPicodollars = row["reported_book_pico_usd"].integerValue ?? 0
      result.substitutedPicodollars = row["substituted_pico_usd"].integerValue ?? 0
      for source in UsageSource.allCases {
        if let cost = row["cost_by_source"][source.rawValue].integerValue { result.costBySource[source] = cost }
      }
      result.subscriptionPicodollars = row["subscription_cost_pico_usd"].integerValue ?? 0
      result.unpricedCalls = count(row["unpriced_calls"])
      result.partialCalls = count(row["partial_calls"])
      result.unmeteredCalls = count(row["unmetered_calls"])
      result.toolCalls = count(row["tool_calls"])
      result.errors = count(row["errors"])
      return result
    }
  }

  private static func count(_ value: JSONValue) -> Int64 { Int64(clamping: max(0, value.integerValue ?? 0)) }

  /// A number of seconds, with up to three digits after the point, in the milliseconds that its cell counts; a plain count
  /// of anything else.
  private static func count(_ value: JSONValue, of cell: UsageCell) -> Int64 {
    guard cell.countsPerUnit == 1000, case .decimal(let text) = value else {
      return count(value).multipliedReportingOverflow(by: cell.countsPerUnit).partialValue
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let seconds = Int64(parts[0]), parts[1].utf8.count <= 3,
      let rest = Int64(parts[1] + String(repeating: "0", count: 3 - parts[1].utf8.count))
    else { return 0 }
    return seconds.multipliedReportingOverflow(by: 1000).partialValue &+ rest
  }
}
