/// The text formats in which metrics are exposed.
public enum ExpositionFormat: Sendable, CaseIterable {
  /// Prometheus' text format 0.0.4.
  case prometheusText
  /// OpenMetrics 1.0.
  case openMetrics

  /// The value of the header `content-type`.
  public var contentType: String {
    switch self {
    case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// The format that a client prefers, by RFC 9110 §12.5.1. Where it accepts neither it gets Prometheus' text all the same:
  /// a scraper that sends an odd header is better served than refused.
  public static func negotiated(accept: String?) -> ExpositionFormat {
    guard let accept else { return .prometheusText }
    var openMetrics = 0
    var text = 0
    for range in accept.split(separator: ",").prefix(rangesMax) {
      let parameters = range.split(separator: ";").map { trimmed($0).lowercased() }
      guard let type = parameters.first else { continue }
      let weight = weight(of: parameters)
      switch type {
      case "application/openmetrics-text" where accepts(version: "1.0.0", parameters):
        openMetrics = max(openMetrics, weight)
      case "text/plain" where accepts(version: "0.0.4", parameters): text = max(text, weight)
      default: break
      }
    }
    return openMetrics > 0 && openMetrics >= text ? .openMetrics : .prometheusText
  }

  private static let rangesMax = 64

  private static func accepts(version: String, _ parameters: [String]) -> Bool {
    guard let parameter = parameters.first(where: { $0.hasPrefix("version=") }) else { return true }
    return parameter.dropFirst("version=".count).filter { $0 != "\"" } == version
  }

  /// The parameter `q` in thousandths; 1,000 where there is none, 0 where it is not a number from 0 to 1.
  private static func weight(of parameters: [String]) -> Int {
    guard let parameter = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1_000 }
    let parts = parameter.dropFirst(2).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = Int(first), (0...1).contains(whole) else { return 0 }
    guard parts.count == 2 else { return whole * 1_000 }
    let digits = parts[1].prefix(3)
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return 0 }
    let padded = digits + String(repeating: "0", count: 3 - digits.count)
    let weight = whole * 1_000 + (Int(padded) ?? 0)
    return weight <= 1_000 ? weight : 0
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
