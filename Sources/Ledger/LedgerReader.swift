public import Logging
public import Metering

/// Reads a ledger whose proxy does not run. It holds the data directory for as long as it lives, so that no proxy
/// starts meanwhile, and changes nothing.
public final class LedgerReader: Sendable {
  /// Calls that a dead process left in flight: they have no row until the proxy starts again.
  public let unsettledCalls: Int

  private let directory: DataDirectory
  let readers: ReaderPool

  /// - Throws: ``LedgerError``, such as `heldByAnotherProcess` while a proxy runs: then ask its control plane.
  public init(directory path: String, logger: Logger) throws {
    directory = try DataDirectory(path, creating: false, logger: logger)
    guard fileExists(directory.databasePath) else { throw LedgerError.noLedger(directory: directory.path) }
    unsettledCalls = try InFlightContents.read(path: directory.inFlightPath)?.calls.count ?? 0
    readers = try ReaderPool(path: directory.databasePath)
  }

  deinit { close() }

  /// Calls, newest first.
  public func calls(_ filter: CallFilter) async throws -> [CallRecord] {
    try await readers.read { try CallQuery(filter).run($0) }
  }

  /// One call; nil where there is none with this id.
  public func call(_ id: CallID) async throws -> CallRecord? {
    try await readers.read { try CallQuery.call(id, $0) }
  }

  /// Adjustments, the newest first.
  public func adjustments(_ filter: AdjustmentFilter) async throws -> [Adjustment] {
    try await readers.read { try AdjustmentQuery(filter).run($0) }
  }

  /// Totals by the dimensions asked for, as ``Ledger/summary(by:from:to:utcOffsetSeconds:)``.
  public func summary(
    by dimensions: [SummaryDimension], from: Timestamp?, to: Timestamp?, utcOffsetSeconds: Int
  ) async throws -> [SummaryRow] {
    let query = try SummaryQuery(dimensions, from: from, to: to, utcOffsetSeconds: utcOffsetSeconds)
    return try await readers.read { try query.run($0) }
  }

  /// Closes the file and gives the directory back; what is asked afterwards throws `closed`.
  public func close() {
    readers.close()
    directory.release()
  }
}
