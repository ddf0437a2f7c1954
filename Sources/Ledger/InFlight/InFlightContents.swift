import Glibc
import Metering

/// What a dead process left in the in-flight file. Every slot is read on its own, so that a damaged header, a shortened
/// file or a damaged slot costs no more than what it hit.
struct InFlightContents {
  var slots: [SlotSnapshot] = []
  var greatestCallID: Int64 = 0
  /// Whether the header and the length are as they should be.
  var isWhole = false
  /// Whether the file has an older format, so that a new one takes its place.
  var isOutdated = false

  var calls: [RecoveredCall] {
    slots.compactMap { if case .call(let call) = $0 { call } else { nil } }
  }

  var damagedSlots: Int { slots.count { $0 == .damaged } }

  /// Reads a file; nil where there is none.
  static func read(path: String) throws(LedgerError) -> InFlightContents? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .storage("\(path) cannot be opened: \(systemErrorText(errno))")
    }
    defer { close(descriptor) }
    let bytesMax = SlotLayout.fileBytes(slots: SlotLayout.slotsMax)
    guard let bytes = readAll(descriptor, bytesMax: bytesMax) else {
      throw .storage("\(path) cannot be read: \(systemErrorText(errno))")
    }
    let contents = bytes.withUnsafeBytes { bytes in
      Result { () throws(LedgerError) in try InFlightContents(bytes, path: path) }
    }
    return try contents.get()
  }

  /// - Parameter path: for errors.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(LedgerError) {
    let header = BlockReader(
      bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(SlotLayout.headerBytes)), cursor: 0)
    let hasHeader = Self.isHeaderWhole(header)
    let version = hasHeader ? header.get(UInt32.self, at: SlotLayout.Header.version) : SlotLayout.version
    guard version <= SlotLayout.version, version > 0 else {
      throw .newerFormat(file: path, version: Int(version), supported: Int(SlotLayout.version))
    }
    isOutdated = version == FirstSlotFormat.version
    let slotBytes = isOutdated ? FirstSlotFormat.slotBytes : SlotLayout.slotBytes
    var start = SlotLayout.headerBytes
    while start &+ slotBytes <= bytes.count, slots.count < SlotLayout.slotsMax {
      let slot = UnsafeRawBufferPointer(rebasing: bytes[start..<start + slotBytes])
      slots.append(
        isOutdated ? FirstSlotFormat.converted(slot).withUnsafeBytes { SlotSnapshot($0) } : SlotSnapshot(slot))
      start &+= slotBytes
    }
    guard hasHeader else { return }
    greatestCallID = header.get(Int64.self, at: SlotLayout.Header.greatestCallID)
    let slotCount = Int(header.get(UInt32.self, at: SlotLayout.Header.slotCount))
    isWhole = slotCount == slots.count && SlotLayout.headerBytes &+ slotCount &* slotBytes == bytes.count
  }

  private static func isHeaderWhole(_ header: BlockReader) -> Bool {
    guard header.bytes.count == SlotLayout.headerBytes, header.bytes.prefix(8).elementsEqual(SlotLayout.magic),
      [SlotLayout.slotBytes, FirstSlotFormat.slotBytes].contains(
        Int(header.get(UInt32.self, at: SlotLayout.Header.slotBytes)))
    else { return false }
    return header.get(UInt64.self, at: SlotLayout.Header.checksum) == headerChecksum(header.bytes)
  }

  static func headerChecksum(_ header: UnsafeRawBufferPointer) -> UInt64 {
    var sum = Checksum()
    sum.combine(UnsafeRawBufferPointer(rebasing: header.prefix(SlotLayout.Header.checksum)))
    return sum.value
  }
}
