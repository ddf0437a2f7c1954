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

  /// Sums by some dimensions, for a part of a period in which one offset from UTC holds.
  typealias Summary = ([ReportDimension], ReportPeriod.Segment) async throws -> [ReportRow]

  /// - Throws: ``CommandFailure`` where there is neither.
  func report(by: [ReportDimension], period: ReportPeriod) async throws -> Report {
    let (report, unsettledCalls) = try await read { summary in
      try await Report.gather(by: by, period: period, summary: summary)
    }
    var complete = report
    complete.unsettledCalls = unsettledCalls
    return complete
  }

  /// Gathers something from summaries.
  ///
  /// - Returns: what `body` made of them, and how many calls a dead process left in flight, which have no row yet.
  /// - Throws: ``CommandFailure`` where there is neither.
  func read<T>(_ body: (Summary) async throws -> T) async throws -> (T, unsettledCalls: Int) {
    try await read { directory in
      let summary = try DataDirectorySummary(directory: directory)
      return (try await body { try await summary.rows(by: $0, in: $1) }, summary.unsettledCalls)
    } proxy: { control in
      let summary = ControlPlaneSummary(control: control)
      return (try await body { try await summary.rows(by: $0, in: $1) }, 0)
    }
  }

  /// Reads from whichever there is.
  ///
  /// - Throws: ``CommandFailure`` where there is neither.
  func read<T>(
    directory fromDirectory: (String) async throws -> T, proxy fromProxy: (ControlPlane) async throws -> T
  ) async throws -> T {
    // A directory that was named, and no control plane: the proxy that answers at the default address may be another one.
    if let dataDirectory, control == nil { return try await Self.read(dataDirectory, fromDirectory) }
    let url = control ?? ControlPlaneURL(address: ListenSection().control)
    let directory = dataDirectory ?? Configuration().dataDirectory
    do {
      return try await fromProxy(ControlPlane(url: url, group: group, dataDirectory: directory))
    } catch HTTPCallError.notReached {
      guard control == nil else {
        throw CommandFailure("no proxy answers at \(url); start it, or read its data directory with --data")
      }
      guard FileManager.default.fileExists(atPath: directory) else {
        throw CommandFailure(
          "no proxy answers at \(url), and there is no data directory \(directory); start one with tollgate serve, or name "
            + "them with --control and --data")
      }
      return try await Self.read(directory, fromDirectory)
    } catch let error as HTTPCallError {
      throw CommandFailure(
        "\(url) did not answer in full: \(error); try again, or read the data directory with --data")
    }
  }

  private static func read<T>(_ directory: String, _ body: (String) async throws -> T) async throws -> T {
    do {
      return try await body(directory)
    } catch LedgerError.heldByAnotherProcess {
      throw CommandFailure("a proxy uses \(directory); name its control plane with --control http://ADDRESS:PORT")
    } catch let error as LedgerError {
      throw CommandFailure(error.description)
    }
  }
}
