import Control
import Ledger
import Logging
import Observability

extension ReportSource {
  /// How reliable workflows were in a period, as `/api/v1/reliability` says it.
  ///
  /// - Throws: ``CommandFailure`` where there is neither a proxy nor a data directory.
  func reliability(in period: ReportPeriod) async throws -> JSONValue {
    let bytes = try await read { directory in
      let logger = Logger(label: "tollgate.report", factory: { _ in SwiftLogNoOpLogHandler() })
      let reader = try LedgerReader(directory: directory, logger: logger)
      defer { reader.close() }
      return ReliabilityJSON.document(try await reader.reliability(ReliabilityQuery(from: period.from, to: period.to)))
    } proxy: { control in
      try await control.get("/api/v1/reliability?from=\(period.fromText)&to=\(period.toText)")
    }
    guard let report = JSONValue.parse(bytes) else {
      throw CommandFailure("the answer is not JSON; is the proxy a Tollgate of this version?")
    }
    return report
  }
}
