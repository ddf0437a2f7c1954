import Metering
import Observability

/// Reads summaries from a running proxy.
struct ControlPlaneSummary {
  var control: ControlPlane

  /// One summary.
  ///
  /// - Throws: ``HTTPCallError/notReached`` where no proxy runs there; ``CommandFailure`` for an answer that is no summary.
  func rows(by: [ReportDimension], in segment: ReportPeriod.Segment) async throws -> [ReportRow] {
    let query = [
      "by=\(by.map(\.rawValue).joined(separator: ","))", "from=\(segment.fromText)", "to=\(segment.toText)",
      "tz=\(Self.offset(segment.utcOffsetSeconds))",
    ]
    let body = try await control.get("/api/v1/summary?\(query.joined(separator: "&"))")
    guard let rows = SummaryReply.rows(body, by: by) else {
      throw CommandFailure(
        "\(control.url) answered with something else than a summary; is it a Tollgate of this version?")
    }
    return rows
  }

  /// `+02:00` as it stands in a URL.
  private static func offset(_ seconds: Int) -> String {
    let minutes = abs(seconds) / 60
    let (hours, rest) = (String(minutes / 60), String(minutes % 60))
    let sign = seconds < 0 ? "-" : "%2B"
    return "\(sign)\(hours.count < 2 ? "0" : "")\(hours):\(rest.count < 2 ? "0" : "")\(rest)"
  }
}
