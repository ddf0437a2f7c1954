import Glibc
import Synchronization

/// Makes and opens the in-flight file of a data directory that this process holds.
struct InFlightFile {
  var path: String
  var slotCount: Int

  /// Opens the file for a new life: what a dead process left must have been committed, since its slots are freed here.
  ///
  /// A damaged file is kept beside it as `in-flight.damaged`, for whoever wants to look; one of another size or an older
  /// format is replaced.
  func open(previous: InFlightContents?, greatestCallID: Int64) throws(LedgerError) -> SlotFile {
    if let previous, previous.isWhole, !previous.isOutdated, previous.damagedSlots == 0,
      previous.slots.count == slotCount
    {
      let file = try map(path, flags: O_RDWR)
      for (slot, content) in previous.slots.enumerated() where content != .free { file.free(slot: slot) }
      file.greatestCallID.pointee.store(greatestCallID, ordering: .relaxed)
      return file
    }
    if let previous, !previous.isWhole || previous.damagedSlots > 0 {
      try rename(path, to: path + ".damaged")
    }
    return try make(greatestCallID: greatestCallID)
  }

  private func make(greatestCallID: Int64) throws(LedgerError) -> SlotFile {
    let fresh = path + ".new"
    let file = try map(fresh, flags: O_RDWR | O_CREAT | O_TRUNC) { descriptor throws(LedgerError) in
      let bytes = SlotLayout.fileBytes(slots: slotCount)
      let failure = posix_fallocate(descriptor, 0, off_t(bytes))
      guard failure == 0 else {
        unlink(fresh)
        throw .storage("\(fresh) needs \(bytes) bytes: \(systemErrorText(failure)); free some space")
      }
      try writeHeader(descriptor)
    }
    file.greatestCallID.pointee.store(greatestCallID, ordering: .relaxed)
    try rename(fresh, to: path)
    return file
  }

  private func map(
    _ path: String, flags: Int32, prepare: (Int32) throws(LedgerError) -> Void = { _ throws(LedgerError) in }
  ) throws(LedgerError) -> SlotFile {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .storage("\(path) cannot be opened: \(systemErrorText(errno))") }
    defer { close(descriptor) }
    try prepare(descriptor)
    return try SlotFile(descriptor: descriptor, slotCount: slotCount, path: path)
  }

  private func rename(_ from: String, to: String) throws(LedgerError) {
    guard Glibc.rename(from, to) == 0 else {
      throw .storage("\(from) cannot be renamed to \(to): \(systemErrorText(errno))")
    }
  }

  private func writeHeader(_ descriptor: Int32) throws(LedgerError) {
    let header = UnsafeMutableRawBufferPointer.allocate(byteCount: SlotLayout.headerBytes, alignment: 8)
    defer { header.deallocate() }
    header.initializeMemory(as: UInt8.self, repeating: 0)
    header.copyBytes(from: SlotLayout.magic)
    func put(_ value: Int, at offset: Int) {
      header.storeBytes(of: UInt32(truncatingIfNeeded: value).littleEndian, toByteOffset: offset, as: UInt32.self)
    }
    put(Int(SlotLayout.version), at: SlotLayout.Header.version)
    put(SlotLayout.slotBytes, at: SlotLayout.Header.slotBytes)
    put(slotCount, at: SlotLayout.Header.slotCount)
    let checksum = InFlightContents.headerChecksum(UnsafeRawBufferPointer(header))
    header.storeBytes(of: checksum.littleEndian, toByteOffset: SlotLayout.Header.checksum, as: UInt64.self)
    guard pwrite(descriptor, header.baseAddress, header.count, 0) == header.count else {
      throw .storage("\(path) cannot be written: \(systemErrorText(errno))")
    }
  }
}
