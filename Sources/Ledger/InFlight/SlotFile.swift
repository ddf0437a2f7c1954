import Glibc
import Metering
import Synchronization

/// The in-flight file, mapped and shared, so that what is stored in it outlives the process at every moment.
///
/// Its blocks are allocated when it is made: a full disk is noticed at start, not by SIGBUS on a first touch. (A file
/// system that copies on write can still run out of space underneath a mapping; SQLite's own `-shm` has the same
/// limit.)
///
/// Unchecked, because the compiler cannot see into the mapping: the control words of a slot are atomics, everything
/// else in it is written only by whoever claimed it (see ``SlotTable``), before the word that publishes it.
final class SlotFile: @unchecked Sendable {
  let slotCount: Int
  private let base: UnsafeMutableRawPointer
  private let bytes: Int

  /// Maps an open file of the right length. The descriptor can be closed afterwards.
  init(descriptor: Int32, slotCount: Int, path: String) throws(LedgerError) {
    let bytes = SlotLayout.fileBytes(slots: slotCount)
    guard let base = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
      throw .storage("\(path) cannot be mapped into memory: \(systemErrorText(errno))")
    }
    self.slotCount = slotCount
    self.base = base
    self.bytes = bytes
  }

  deinit { munmap(base, bytes) }

  /// Puts private memory in the mapping's place, so that a ticket that outlives the ledger writes to nobody's file.
  func detach() {
    _ = mmap(base, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
  }

  /// The greatest call id given, over restarts and over `kill -9`.
  var greatestCallID: UnsafeMutablePointer<Atomic<Int64>> {
    (base + SlotLayout.Header.greatestCallID).assumingMemoryBound(to: Atomic<Int64>.self)
  }

  /// Fills a slot that the caller has claimed, and publishes it last.
  func publish(_ admission: Admission, slot: Int) {
    let start = base + SlotLayout.offset(slot: slot)
    word(SlotLayout.sent, of: slot).pointee.store(0, ordering: .relaxed)
    word(SlotLayout.revision, of: slot).pointee.store(0, ordering: .relaxed)
    callID(of: slot).pointee.store(admission.id.rawValue, ordering: .relaxed)
    admission.write(toSlot: start)
    word(SlotLayout.state, of: slot).pointee.store(1, ordering: .releasing)
  }

  func free(slot: Int) {
    word(SlotLayout.state, of: slot).pointee.store(0, ordering: .releasing)
    callID(of: slot).pointee.store(0, ordering: .releasing)
  }

  func markSent(slot: Int) {
    word(SlotLayout.sent, of: slot).pointee.store(1, ordering: .releasing)
  }

  /// Between the look and the mark the slot can, in theory, pass to another call: which would then be settled as sent
  /// if the process died before it was. An error on the safe side.
  func markSent(slot: Int, ifHeldBy id: CallID) {
    guard callID(of: slot).pointee.load(ordering: .acquiring) == id.rawValue else { return }
    markSent(slot: slot)
  }

  /// Writes the block that is not the newest, then names it as the newest.
  func store(_ progress: SlotProgress, slot: Int) {
    let newest = word(SlotLayout.revision, of: slot)
    let revision = max(1, newest.pointee.load(ordering: .relaxed) &+ 1)
    progress.write(
      revision: revision, to: base + SlotLayout.offset(slot: slot) + SlotLayout.progress(revision: revision))
    newest.pointee.store(revision, ordering: .releasing)
  }

  /// What a slot of this process holds. The caller owns the slot.
  func snapshot(slot: Int) -> SlotSnapshot {
    SlotSnapshot(
      UnsafeRawBufferPointer(start: base + SlotLayout.offset(slot: slot), count: SlotLayout.slotBytes))
  }

  /// The bytes of output text that were stored last, for a settlement that does not know them.
  func outputTextBytes(slot: Int) -> Int64 {
    let revision = word(SlotLayout.revision, of: slot).pointee.load(ordering: .relaxed)
    guard revision != 0 else { return 0 }
    let block = base + SlotLayout.offset(slot: slot) + SlotLayout.progress(revision: revision)
    return block.loadUnaligned(fromByteOffset: SlotLayout.Progress.outputTextBytes, as: Int64.self)
  }

  private func word(_ offset: Int, of slot: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
    (base + SlotLayout.offset(slot: slot) + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  private func callID(of slot: Int) -> UnsafeMutablePointer<Atomic<Int64>> {
    (base + SlotLayout.offset(slot: slot) + SlotLayout.callID).assumingMemoryBound(to: Atomic<Int64>.self)
  }
}
