import Budgets
import Control
import Ledger
import Logging
import Metering
import Runs
import ServiceLifecycle
import Synchronization

/// The changes of holds on their way into the ledger.
final class HoldInbox: Sendable {
  /// Changes that wait while the ledger cannot take them; of more, the oldest are lost.
  private static let waitingMax = 10_000

  fileprivate let records: AsyncStream<HoldRecord>
  private let continuation: AsyncStream<HoldRecord>.Continuation
  private let lostCount = Atomic(0)

  init() {
    (records, continuation) = AsyncStream.makeStream(
      of: HoldRecord.self, bufferingPolicy: .bufferingNewest(Self.waitingMax))
  }

  /// Never waits.
  func put(_ record: HoldRecord) {
    if case .dropped = continuation.yield(record) { lostCount.wrappingAdd(1, ordering: .relaxed) }
  }

  /// How many changes were lost since this was asked before.
  fileprivate func takeLostCount() -> Int { lostCount.exchange(0, ordering: .relaxed) }

  fileprivate func finish() { continuation.finish() }
}

/// Logs holds as they open, change and end, and writes them into the ledger, off the way of calls; with each decision its entry in
/// the audit log. What cannot be written is tried again, in order.
struct HoldJournal: Service {
  let inbox: HoldInbox
  let ledger: Ledger
  let logger: Logger

  private static let retryInterval = Duration.seconds(1)

  func run() async throws {
    // What is in the inbox by then is still written: calls have ended before this service does.
    await withGracefulShutdownHandler {
      for await record in inbox.records {
        log(record)
        await write(record)
      }
    } onGracefulShutdown: {
      inbox.finish()
    }
  }

  private func log(_ record: HoldRecord) {
    let event =
      switch record.state {
      case .pending: "a call waits for a person"
      case .retrying: "nobody has decided about a held call: its client was told to come again"
      case .approved, .denied, .expired, .dropped: "a held call was \(record.state.rawValue)"
      }
    logger.notice("\(event)", metadata: record.metadata)
    let lost = inbox.takeLostCount()
    guard lost > 0 else { return }
    logger.error("changes of holds are not in the ledger: too many waited for it", metadata: ["changes": "\(lost)"])
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

extension HoldRecord {
  fileprivate var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "hold": "\(id)", "call": "\(call)", "held_by": "\(cause.subject)", "agent": "\(agent)", "workflow": "\(workflow)",
    ]
    if let run { metadata["run"] = "\(run)" }
    switch cause {
    case .budget(let shortfall):
      metadata["scope"] = "\(shortfall.scope)"
      metadata["need"] = "\(shortfall.unit.text(shortfall.need))"
    case .guardrail(let trip): metadata["detail"] = "\(trip)"
    }
    if let by = end?.by { metadata["by"] = "\(by)" }
    if let reason = end?.reason { metadata["reason"] = "\(reason)" }
    return metadata
  }
}
