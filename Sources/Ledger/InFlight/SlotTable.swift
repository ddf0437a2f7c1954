import Metering
import Synchronization

/// Which slots of the in-flight file are free. A slot belongs to whoever took it until it is given back.
final class SlotTable: Sendable {
  let file: SlotFile
  /// The last one freed is the first one taken: few pages of the file are ever touched.
  private let free: Mutex<[Int32]>

  init(file: SlotFile) {
    self.file = file
    free = Mutex((0..<file.slotCount).reversed().map { Int32(truncatingIfNeeded: $0) })
  }

  var used: Int { file.slotCount - free.withLock { $0.count } }

  func claim(_ admission: Admission) -> Int? {
    guard let slot = free.withLock({ $0.popLast() }) else { return nil }
    file.publish(admission, slot: Int(slot))
    return Int(slot)
  }

  func release(_ slot: Int) {
    file.free(slot: slot)
    free.withLock { $0.append(Int32(truncatingIfNeeded: slot)) }
  }

  func release(_ slots: [Int]) {
    for slot in slots { file.free(slot: slot) }
    free.withLock { list in
      for slot in slots { list.append(Int32(truncatingIfNeeded: slot)) }
    }
  }
}
