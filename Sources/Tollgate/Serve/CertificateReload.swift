import Glibc
import Logging
import Metering
import Observability
import ServiceLifecycle
import UnixSignals

/// Puts renewed certificates in force while the proxy runs: when their files have changed, and at SIGHUP. What is not in order is refused.
struct CertificateReload: Service {
  /// How often the files are looked at. They are read when they have stayed the same from one look to the next, since a certificate and its
  /// key are written one after the other.
  static let intervalSeconds = 1

  private let certificates: [ServerCertificate]
  private let logger: Logger
  private let success: Gauge
  private let expiry: Gauge
  private let now: @Sendable () -> Timestamp

  init(
    _ certificates: [ServerCertificate], registry: MetricsRegistry, logger: Logger,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.certificates = certificates
    self.logger = logger
    self.now = now
    success = registry.certificateReloadSuccess()
    expiry = registry.certificateExpiry()
    noteExpiry()
  }

  func run() async throws {
    await withDiscardingTaskGroup { group in
      group.addTask {
        await cancelWhenGracefulShutdown {
          for await _ in await UnixSignalsSequence(trapping: [.sighup]) { reload(certificates) }
        }
      }
      await watch()
      group.cancelAll()
    }
  }

  /// Until the service group shuts down.
  private func watch() async {
    var seen = certificates.map { $0.files.fingerprint() }
    while true {
      do {
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(Self.intervalSeconds)) }
      } catch {
        return
      }
      let found = certificates.map { $0.files.fingerprint() }
      if found == seen { reload(zip(certificates, found).filter { $0.isOutdated(by: $1) }.map(\.0)) }
      seen = found
    }
  }

  /// Reads them again.
  func reload(_ outdated: [ServerCertificate]) {
    guard !outdated.isEmpty else { return }
    var isWhole = true
    for certificate in outdated {
      let metadata: Logger.Metadata = ["cert": "\(certificate.files.certificate)", "key": "\(certificate.files.key)"]
      do throws(CommandFailure) {
        try certificate.reload(at: now())
        logger.notice("a certificate was read again, and counts for new connections", metadata: metadata)
      } catch {
        isWhole = false
        logger.error(
          "a changed certificate was refused, and the one before it stays in force: \(error.message)",
          metadata: metadata)
      }
    }
    success.set(isWhole ? 1 : 0)
    noteExpiry()
  }

  private func noteExpiry() {
    guard let first = certificates.map(\.endsAt).min() else { return }
    expiry.set(first.unixMicroseconds / 1_000_000)
  }
}

extension TransportSecurity.Files {
  /// What tells one state of the files from another.
  struct Fingerprint: Sendable, Equatable {
    /// Where each is on the disk, its length and when it was changed; nothing for one that is not there. Links are followed.
    fileprivate var numbers: [[Int64]]
  }

  func fingerprint() -> Fingerprint {
    Fingerprint(
      numbers: [certificate, key].map { path in
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [
          Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size),
          Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_ctim.tv_sec),
          Int64(status.st_ctim.tv_nsec),
        ]
      })
  }
}
