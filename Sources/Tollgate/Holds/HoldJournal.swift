import Budgets
import Control
import Gateway
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

  fileprivate let changes: AsyncStream<HoldChange>
  private let continuation: AsyncStream<HoldChange>.Continuation
  private let lostCount = Atomic(0)

  init() {
    (changes, continuation) = AsyncStream.makeStream(
      of: HoldChange.self, bufferingPolicy: .bufferingNewest(Self.waitingMax))
  }

  /// Never waits.
  func put(_ change: HoldChange) {
    if case .dropped = continuation.yield(change) { lostCount.wrappingAdd(1, ordering: .relaxed) }
  }

  /// How many changes were lost since this was asked before.
  fileprivate func takeLostCount() -> Int { lostCount.exchange(0, ordering: .relaxed) }

  fileprivate func finish() { continuation.finish() }
}

/// Logs holds as they open, change and end, and writes them into the ledger, off the way of calls. What cannot be written is tried
/// again, in order. Decisions of people are there before they are in force; what they led to besides has its entry in the audit log.
struct HoldJournal: Service {
  let inbox: HoldInbox
  let ledger: Ledger
  let logger: Logger

  private static let retryInterval = Duration.seconds(1)

  func run() async throws {
    // What is in the inbox by then is still written: calls have ended before this service does.
    await withGracefulShutdownHandler {
      for await change in inbox.changes {
        log(change.hold)
        if !change.isKept { await write(change) }
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

  private func write(_ change: HoldChange) async {
    while true {
      do {
        return try await ledger.holds.write(change.hold, audit: AuditedChange(change))
      } catch {
        logger.warning("a hold cannot be written yet", metadata: ["hold": "\(change.hold.id)", "error": "\(error)"])
        if Task.isShuttingDownGracefully { return }
        guard (try? await Task.sleep(for: Self.retryInterval)) != nil else { return }
      }
    }
  }

}

extension AuditedChange {
  /// The entry of a decision about a hold.
  init(deciding before: HoldRecord, as after: HoldRecord) {
    self.init(
      actor: after.end?.by ?? "", action: after.state == .approved ? "hold.approve" : "hold.deny",
      subject: after.id.description, before: String(decoding: HoldJSON.document(before), as: UTF8.self),
      after: String(decoding: HoldJSON.document(after), as: UTF8.self))
  }

  /// The entry of a hold that ended by what somebody allowed its run; nil where nobody had a hand in it.
  fileprivate init?(_ change: HoldChange) {
    guard change.hold.end?.by != nil, let before = change.before else { return nil }
    self.init(deciding: before, as: change.hold)
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
