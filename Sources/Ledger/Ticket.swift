public import Metering

/// A call that has been admitted. It is settled or voided exactly once, by type: ``Ledger/settle(_:as:)`` and
/// ``Ledger/void(_:)`` consume it.
///
/// A ticket that is dropped instead is a bug of its owner: it is counted, logged, and the call is settled as a dead
/// process's would be.
public struct Ticket: ~Copyable, Sendable {
  public let id: CallID
  let slot: Int
  /// Retained by the ticket: `discard self` needs fields that are trivially destroyed.
  private let core: Unmanaged<LedgerCore>

  init(id: CallID, slot: Int, core: LedgerCore) {
    self.id = id
    self.slot = slot
    self.core = .passRetained(core)
  }

  deinit {
    core.takeUnretainedValue().ticketWasDropped(id: id, slot: slot)
    core.release()
  }

  /// Says that the request is about to be sent. Called on the curl thread right before the first byte goes out.
  public func markSent() {
    core.takeUnretainedValue().slots.file.markSent(slot: slot)
  }

  /// The same as ``markSent()``, for a closure that outlives the borrowing of the ticket.
  public var sentMark: SentMark { SentMark(id: id, slot: slot, core: core.takeUnretainedValue()) }

  /// Stores what is known so far, for a process that dies before the call ends. A few hundred bytes are copied into the
  /// in-flight file; a process killed in the middle leaves what was stored before. Called by one thread at a time.
  public func store(usage: Usage, outputTextBytes: Int64, model: String?, responseID: String?, status: Int) {
    let progress = SlotProgress(
      usage: usage, outputTextBytes: outputTextBytes, model: model, responseID: responseID, status: status)
    core.takeUnretainedValue().slots.file.store(progress, slot: slot)
  }

  /// Ends the ticket without ``deinit``'s complaint.
  consuming func resolve() -> Int {
    let slot = slot
    core.release()
    discard self
    return slot
  }
}

/// Marks one call as sent, from any thread. Once the call's slot serves another call, it does nothing.
public struct SentMark: Sendable {
  let id: CallID
  let slot: Int
  let core: LedgerCore

  public func set() {
    core.slots.file.markSent(slot: slot, ifHeldBy: id)
  }
}
