import Ledger
import Logging
import Metering
import Observability

/// Reads summaries from a data directory that no proxy uses, without changing it.
struct DataDirectorySummary {
  private let reader: LedgerReader

  /// - Throws: ``LedgerError``.
  init(directory: String) throws {
    // Whatever the reader has to say, its errors say too.
    reader = try LedgerReader(
      directory: directory, logger: Logger(label: "tollgate.report", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  /// Calls that a dead process left in flight.
  var unsettledCalls: Int { reader.unsettledCalls }

  func rows(by: [ReportDimension], in segment: ReportPeriod.Segment) async throws -> [ReportRow] {
    let rows = try await reader.summary(
      by: by.map(\.summaryDimension), from: segment.from, to: segment.to, utcOffsetSeconds: segment.utcOffsetSeconds)
    return rows.map(ReportRow.init)
  }
}

extension ReportDimension {
  var summaryDimension: SummaryDimension {
    switch self {
    case .agent: .agent
    case .workflow: .workflow
    case .model: .model
    case .provider: .provider
    case .tool: .tool
    case .day: .day
    case .billing: .billing
    case .key: .key
    case .team: .team
    case .project: .project
    }
  }
}

extension ReportRow {
  /// A row of the ledger with its cells gathered into classes.
  init(_ row: SummaryRow) {
    self.init(key: row.key)
    calls = row.calls
    for cell in UsageCell.allCases where row.usage[cell] > 0 {
      if let tokenClass = TokenClass(cell) {
        let (sum, overflow) = self.tokens(tokenClass).addingReportingOverflow(row.usage[cell])
        tokens[tokenClass] = overflow ? .max : sum
      } else {
        units[cell] = row.usage[cell]
      }
    }
    costPicodollars = row.costPicodollars
    costBySource = row.costBySource
    adjustedPicodollars = row.adjustedPicodollars
    reportedPicodollars = row.reportedPicodollars
    reportedBookPicodollars = row.reportedBookPicodollars
    substitutedPicodollars = row.substitutedPicodollars
    subscriptionPicodollars = row.subscriptionPicodollars
    unpricedCalls = row.unpricedCalls
    partialCalls = row.partialCalls
    unmeteredCalls = row.unmeteredCalls
    toolCalls = row.toolCalls
    errors = row.errors
  }
}
