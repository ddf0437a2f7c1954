import Logging
import Metering
import Observability
import ServiceLifecycle

/// Puts changed price files in force while the proxy runs: all of them, or none.
struct PriceBookReload: Service {
  /// How often the directory is looked at.
  static let intervalSeconds = 3

  private let directory: PriceBookDirectory
  private let prices: CurrentPriceBook
  private let logger: Logger
  private let success: Gauge
  private let timestamp: Gauge
  private let check: @Sendable (PriceBook) throws -> Void

  /// - Parameter check: throws where a book does not have what the configuration needs of it.
  init(
    directory: PriceBookDirectory, prices: CurrentPriceBook, registry: MetricsRegistry, logger: Logger,
    check: @escaping @Sendable (PriceBook) throws -> Void
  ) {
    self.directory = directory
    self.prices = prices
    self.logger = logger
    self.check = check
    success = registry.priceBookReloadSuccess()
    timestamp = registry.priceBookReloadTimestamp()
    markLoaded()
  }

  func run() async throws {
    var seen = directory.fingerprint()
    while true {
      do {
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(Self.intervalSeconds)) }
      } catch {
        return
      }
      let now = directory.fingerprint()
      if now != seen {
        seen = now
        reload()
      }
    }
  }

  /// Loads the files, and keeps the book in force where they are not in order.
  func reload() {
    do {
      let book = try PriceBook.load(directory: directory)
      try check(book)
      prices.replace(with: book)
      markLoaded()
      logger.notice("changed price files are in force", metadata: ["directory": "\(directory.path)"])
    } catch {
      success.set(0)
      let reason = (error as? CommandFailure)?.message ?? "\(error)"
      logger.error(
        "changed price files were refused, and the prices before them stay in force: \(reason)",
        metadata: ["directory": "\(directory.path)"])
    }
  }

  private func markLoaded() {
    success.set(1)
    timestamp.set(WallClock.now().unixMicroseconds / 1_000_000)
  }
}
