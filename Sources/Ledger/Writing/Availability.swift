import Logging
import Synchronization

/// Why calls are not admitted at the moment.
struct Outage: Equatable {
  enum End: Equatable {
    /// It ends by itself once the disk can be written again.
    case itself
    /// It ends with a restart. After a failed sync the kernel may have dropped what it could not write and report
    /// success the next time, so that only a fresh reading of the file tells what is there: the lesson that
    /// PostgreSQL drew in 2018.
    case restart
  }

  var fault: LedgerFault
  var reason: String
  var end: End
}

/// Whether the ledger can account for calls, as `admit` looks at it with every call.
final class Availability: Sendable {
  private let isAvailableNow = Atomic<Bool>(true)
  private let outage = Mutex<Outage?>(nil)
  private let logger: Logger

  init(logger: Logger) { self.logger = logger }

  var isAvailable: Bool { isAvailableNow.load(ordering: .acquiring) }

  var current: Outage? { isAvailable ? nil : outage.withLock { $0 } }

  /// Records an outage; logged when it begins and when its kind changes. One that needs a restart stays.
  func fail(_ new: Outage) {
    let isNews = outage.withLock { current -> Bool in
      if current?.end == .restart { return false }
      defer { current = new }
      isAvailableNow.store(false, ordering: .releasing)
      return current?.fault != new.fault || current?.end != new.end
    }
    guard isNews else { return }
    logger.error(
      "the ledger is unavailable: calls are refused",
      metadata: ["fault": "\(new.fault.rawValue)", "reason": "\(new.reason)"])
  }

  /// Ends an outage that may end.
  func recover() {
    guard !isAvailable else { return }
    let ended = outage.withLock { current -> Outage? in
      guard let outage = current, outage.end == .itself else { return nil }
      current = nil
      isAvailableNow.store(true, ordering: .releasing)
      return outage
    }
    guard let ended else { return }
    logger.notice("the ledger is available again: calls are admitted", metadata: ["fault": "\(ended.fault.rawValue)"])
  }
}
