import Metering

/// Slots of the in-flight file's format 1, which knew 17 usage cells: read by making slots of the present format of them.
///
/// ```
/// slot, 2,048 bytes: up to byte 1,152 as in the present format; progress blocks at 1152 and 1600
/// progress block, 448 bytes: up to byte 24 as in the present format, then 17 × i64 usage, and from byte 160 on what the
/// present format has from byte 336 on
/// ```
enum FirstSlotFormat {
  static let version: UInt32 = 1
  static let slotBytes = 2048

  private static let progressBytes = 448
  private static let settlement = 160
  private static let stringsLength = 164
  private static let strings = 184

  /// The same slot in the present format. A progress block that is not whole stays empty, which reads as damaged too.
  static func converted(_ slot: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: SlotLayout.slotBytes)
    guard slot.count == slotBytes else { return bytes }
    bytes.withUnsafeMutableBytes { target in
      target.copyBytes(from: slot.prefix(SlotLayout.admissionEnd))
      for revision in [UInt32(0), 1] {
        let start = SlotLayout.admissionEnd + Int(revision) * progressBytes
        let block = UnsafeRawBufferPointer(rebasing: slot[start..<start + progressBytes])
        let end = SlotLayout.progress(revision: revision) + SlotLayout.progressBytes
        let room = UnsafeMutableRawBufferPointer(rebasing: target[SlotLayout.progress(revision: revision)..<end])
        convert(block, to: room)
      }
    }
    return bytes
  }

  private static func convert(_ block: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer) {
    typealias Offset = SlotLayout.Progress
    let reader = BlockReader(bytes: block, cursor: 0)
    let end = strings &+ Int(reader.get(UInt32.self, at: stringsLength))
    let length = end &- settlement
    guard end <= block.count, Offset.settlement &+ length <= room.count,
      reader.get(UInt64.self, at: Offset.checksum) == checksum(UnsafeRawBufferPointer(rebasing: block[..<end]))
    else { return }
    room.copyBytes(from: block[..<settlement])
    UnsafeMutableRawBufferPointer(rebasing: room[Offset.settlement..<Offset.settlement + length])
      .copyBytes(from: block[settlement..<end])
    let sum = checksum(UnsafeRawBufferPointer(rebasing: room[..<(Offset.settlement + length)]))
    room.storeBytes(of: sum.littleEndian, toByteOffset: Offset.checksum, as: UInt64.self)
  }

  private static func checksum(_ block: UnsafeRawBufferPointer) -> UInt64 {
    var sum = Checksum()
    sum.combine(UnsafeRawBufferPointer(rebasing: block.dropFirst(SlotLayout.Progress.revision)))
    return sum.value
  }
}
