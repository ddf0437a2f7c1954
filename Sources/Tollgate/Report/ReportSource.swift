import FoundationEssentials
import Ledger
import NIOCore

/// Where a report's figures come from: the running proxy, or the data directory where none runs.
struct ReportSource {
  /// The control plane that was named; nil tries the default one.
  var control: ControlPlaneURL?
  /// The data directory that was named; nil tries the default one.
  var dataDirectory: String?
  var group: any EventLoopGroup

  /// - Throws: ``CommandFailure`` where there is neither.
  func report(by: [ReportDimension], period: ReportPeriod) async throws -> Report {
    // A directory that was named, and no control plane: the proxy that answers at the default address may be another one.
    if let dataDirectory, control == nil {
      return try await read(dataDirectory, by: by, period: period)
    }
    let url = control ?? ControlPlaneURL(address: ListenSection().control)
    let directory = dataDirectory ?? Configuration().dataDirectory
    let summary = ControlPlaneSummary(url: url, group: group, dataDirectory: directory)
    do {
      return try await Report.gather(by: by, period: period) { try await summary.rows(by: $0, in: $1) }
    } catch HTTPCallError.notReached {
      guard control == nil else {
        throw CommandFailure("no proxy answers at \(url); start it, or read its data directory with --data")
      }
      guard FileManager.default.fileExists(atPath: directory) else {
        throw CommandFailure(
          "no proxy answers at \(url), and there is no data directory \(directory); start one with tollgate serve, or name "
            + "them with --control and --data")
      }
      return try await read(directory, by: by, period: period)
    } catch let error as HTTPCallError {
      throw CommandFailure(
        "\(url) did not answer in full (\(error)); try again, or read the data directory with --data")
    }
  }

  private func read(_ directory: String, by: [ReportDimension], period: ReportPeriod) async throws -> Report {
    do {
      let summary = try DataDirectorySummary(directory: directory)
      var report = try await Report.gather(by: by, period: period) { try await summary.rows(by: $0, in: $1) }
      report.unsettledCalls = summary.unsettledCalls
      return report
    } catch LedgerError.heldByAnotherProcess {
      throw CommandFailure("a proxy uses \(directory); name its control plane with --control http://ADDRESS:PORT")
    } catch let error as LedgerError {
      throw CommandFailure(error.description)
    }
  }
}
