import Metering

/// What one slot of a file held, read from bytes that may be damaged.
enum SlotSnapshot: Equatable {
  case free
  case call(RecoveredCall)
  /// The slot is used, and what stands in it is not whole.
  case damaged

  init(_ bytes: UnsafeRawBufferPointer) {
    let reader = BlockReader(bytes: bytes, cursor: 0)
    guard reader.get(UInt32.self, at: SlotLayout.state) != 0 else {
      self = .free
      return
    }
    guard let admission = Admission(fromSlot: bytes) else {
      self = .damaged
      return
    }
    let progress = Self.progress(newest: reader.get(UInt32.self, at: SlotLayout.revision), in: bytes)
    self = .call(
      RecoveredCall(
        admission: admission, wasSent: reader.get(UInt32.self, at: SlotLayout.sent) != 0, usage: progress.usage,
        outputTextBytes: progress.outputTextBytes, model: progress.model, responseID: progress.responseID,
        status: progress.status, settlement: progress.settlement))
  }

  /// The newest block that is whole: the one that the revision names, else the one before it.
  private static func progress(newest revision: UInt32, in bytes: UnsafeRawBufferPointer) -> SlotProgress {
    for candidate in [revision, revision &- 1] where candidate != 0 {
      let start = SlotLayout.progress(revision: candidate)
      let block = UnsafeRawBufferPointer(rebasing: bytes[start..<start + SlotLayout.progressBytes])
      if let progress = SlotProgress(revision: candidate, from: block) { return progress }
    }
    return SlotProgress()
  }
}
