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
      result.costPicodollars = row["cost_pico_usd"].integerValue ?? 0
      for source in UsageSource.allCases {
        if let cost = row["cost_by_source"][source.rawValue].integerValue { result.costBySource[source] = cost }
      }
      result.subscriptionPicodollars = row["subscription_cost_pico_usd"].integerValue ?? 0
      result.unpricedCalls = count(row["unpriced_calls"])
      result.toolCalls = count(row["tool_calls"])
      result.errors = count(row["errors"])
      return result
    }
  }

  private static func count(_ value: JSONValue) -> Int64 { Int64(clamping: max(0, value.integerValue ?? 0)) }
}
