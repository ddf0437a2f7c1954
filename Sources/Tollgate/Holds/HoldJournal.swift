import Control
import Ledger
import Logging
import Metering
import ServiceLifecycle

/// The changes of holds on their way into the ledger.
struct HoldInbox: Sendable {
  /// Changes that wait while the ledger cannot take them; of more, the oldest are lost.
  private static let waitingMax = 10_000

  fileprivate let records: AsyncStream<HoldRecord>
  private let continuation: AsyncStream<HoldRecord>.Continuation

  init() {
    (records, continuation) = AsyncStream.makeStream(
      of: HoldRecord.self, bufferingPolicy: .bufferingNewest(Self.waitingMax))
  }

  /// Never waits. False where that made another one be lost.
  func put(_ record: HoldRecord) -> Bool {
    if case .dropped = continuation.yield(record) { return false }
    return true
  }

  fileprivate func finish() { continuation.finish() }
}

/// Writes holds into the ledger as they open, change and end, off the way of calls; with each decision its entry in the audit
/// log. What cannot be written is tried again, in order.
struct HoldJournal: Service {
  let inbox: HoldInbox
  let ledger: Ledger
  let logger: Logger

  private static let retryInterval = Duration.seconds(1)

  func run() async throws {
    // What is in the inbox by then is still written: calls have ended before this service does.
    await withGracefulShutdownHandler {
      for await record in inbox.records { await write(record) }
    } onGracefulShutdown: {
      inbox.finish()
    }
  }

  private func write(_ record: HoldRecord) async {
    while true {
      do {
        return try await ledger.holds.write(record, audit: Self.audit(record))
      } catch {
        logger.warning("a hold cannot be written yet", metadata: ["hold": "\(record.id)", "error": "\(error)"])
        if Task.isShuttingDownGracefully { return }
        guard (try? await Task.sleep(for: Self.retryInterval)) != nil else { return }
      }
    }
  }

  /// The entry of a decision; nil where nobody decided.
  private static func audit(_ record: HoldRecord) -> AuditedChange? {
    guard let actor = record.end?.by else { return nil }
    var before = record
    before.state = .pending
    before.end = nil
    return AuditedChange(
      actor: actor, action: record.state == .approved ? "hold.approve" : "hold.deny", subject: record.id.description,
      before: String(decoding: HoldJSON.document(before), as: UTF8.self),
      after: String(decoding: HoldJSON.document(record), as: UTF8.self))
  }
}
