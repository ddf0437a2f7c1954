import FoundationEssentials
import Metering
import NIOCore
import Observability

/// Reads summaries from a running proxy.
struct ControlPlaneSummary {
  var url: ControlPlaneURL
  var group: any EventLoopGroup
  /// Where `control.token` is, which reading beyond loopback needs.
  var dataDirectory: String

  private static let timeout = TimeSpan.seconds(30)

  /// One summary.
  ///
  /// - Throws: ``HTTPCallError/notReached`` where no proxy runs there; ``CommandFailure`` for an answer that is no summary.
  func rows(by: [ReportDimension], in segment: ReportPeriod.Segment) async throws -> [ReportRow] {
    let query = [
      "by=\(by.map(\.rawValue).joined(separator: ","))", "from=\(segment.fromText)", "to=\(segment.toText)",
      "tz=\(Self.offset(segment.utcOffsetSeconds))",
    ]
    var call = HTTPCall(address: url.address, target: "/api/v1/summary?\(query.joined(separator: "&"))")
    if !url.address.isLoopback, let token = Self.token(in: dataDirectory) {
      call.headers.append((name: "authorization", value: "Bearer \(token.exposed)"))
    }
    let answer = try await call.perform(on: group, timeout: Self.timeout)
    guard answer.status == 200 else { throw Self.refusal(answer, from: url) }
    guard let rows = SummaryReply.rows(answer.body, by: by) else {
      throw CommandFailure("\(url) answered with something else than a summary; is it a Tollgate of this version?")
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

  private static func token(in directory: String) -> Secret? {
    let data = FileManager.default.contents(atPath: "\(directory)/control.token")
    let text = data.flatMap { String(validating: $0, as: UTF8.self) }
    return text?.split(whereSeparator: \.isWhitespace).first.map { Secret(String($0)) }
  }

  private static func refusal(_ answer: HTTPAnswer, from url: ControlPlaneURL) -> CommandFailure {
    let problem = JSONValue.parse(answer.body)
    let detail = problem?["detail"].stringValue ?? problem?["title"].stringValue ?? ""
    let remedy = answer.status == 401 || answer.status == 403 ? "; give the proxy's data directory by --data" : ""
    return CommandFailure("\(url) answered with status \(answer.status)\(detail.isEmpty ? "" : ": \(detail)")\(remedy)")
  }
}
