import Metering

/// What is known of a call so far: the content of a progress block.
struct SlotProgress: Equatable {
  var usage = Usage()
  var outputTextBytes: Int64 = 0
  var model: String?
  var responseID: String?
  var status = 0
  var settlement: RecoveredCall.Settlement?

  init() {}

  init(usage: Usage, outputTextBytes: Int64, model: String?, responseID: String?, status: Int) {
    self.usage = usage
    self.outputTextBytes = outputTextBytes
    self.model = model
    self.responseID = responseID
    self.status = status
  }

  /// Writes the block of one revision; the revision itself is published by the caller, afterwards.
  func write(revision: UInt32, to base: UnsafeMutableRawPointer) {
    typealias Offset = SlotLayout.Progress
    var writer = BlockWriter(base: base, cursor: Offset.strings)
    writer.put(revision, at: Offset.revision)
    writer.put(Int32(clamping: status), at: Offset.status)
    writer.put(outputTextBytes, at: Offset.outputTextBytes)
    for cell in usageCells { writer.put(usage[cell], at: Offset.usage &+ cell.rawValue &* 8) }
    writer.put(settlement?.packed ?? 0, at: Offset.settlement)
    writer.put(settlement?.costPicodollars ?? 0, at: Offset.cost)
    writer.put(settlement?.durationMicroseconds ?? 0, at: Offset.duration)
    writer.append(model, bytesMax: SlotLayout.StringBytesMax.model)
    writer.append(responseID, bytesMax: SlotLayout.StringBytesMax.responseID)
    writer.put(UInt32(truncatingIfNeeded: writer.cursor &- Offset.strings), at: Offset.stringsLength)
    writer.put(Self.checksum(UnsafeRawBufferPointer(start: base, count: writer.cursor)), at: Offset.checksum)
  }

  /// Reads a block back; nil where it is not the revision asked for or is damaged.
  init?(revision: UInt32, from bytes: UnsafeRawBufferPointer) {
    typealias Offset = SlotLayout.Progress
    guard bytes.count == SlotLayout.progressBytes else { return nil }
    var reader = BlockReader(bytes: bytes, cursor: Offset.strings)
    let end = Offset.strings &+ Int(reader.get(UInt32.self, at: Offset.stringsLength))
    guard end <= bytes.count, reader.get(UInt32.self, at: Offset.revision) == revision,
      reader.get(UInt64.self, at: Offset.checksum) == Self.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end])),
      let model = reader.nextString(), let responseID = reader.nextString()
    else { return nil }
    for cell in usageCells { usage[cell] = reader.get(Int64.self, at: Offset.usage &+ cell.rawValue &* 8) }
    outputTextBytes = reader.get(Int64.self, at: Offset.outputTextBytes)
    status = Int(reader.get(Int32.self, at: Offset.status))
    settlement = RecoveredCall.Settlement(
      packed: reader.get(UInt32.self, at: Offset.settlement), costPicodollars: reader.get(Int64.self, at: Offset.cost),
      durationMicroseconds: reader.get(Int64.self, at: Offset.duration))
    self.model = model
    self.responseID = responseID
  }

  private static func checksum(_ block: UnsafeRawBufferPointer) -> UInt64 {
    var sum = Checksum()
    sum.combine(UnsafeRawBufferPointer(rebasing: block.dropFirst(SlotLayout.Progress.revision)))
    return sum.value
  }
}

extension RecoveredCall.Settlement {
  fileprivate var packed: UInt32 {
    1 | (costPicodollars == nil ? 0 : 2) | UInt32(truncatingIfNeeded: outcome.code) << 8
      | UInt32(truncatingIfNeeded: usageSource.code) << 16 | UInt32(truncatingIfNeeded: costSource.code) << 24
  }

  fileprivate init?(packed: UInt32, costPicodollars: Int64, durationMicroseconds: Int64) {
    guard packed & 1 == 1, let outcome = Outcome(code: Int64(packed >> 8 & 0xff)),
      let usageSource = UsageSource(code: Int64(packed >> 16 & 0xff)),
      let costSource = CostSource(code: Int64(packed >> 24))
    else { return nil }
    self.init(
      outcome: outcome, usageSource: usageSource, costSource: costSource,
      costPicodollars: packed & 2 == 0 ? nil : costPicodollars, durationMicroseconds: durationMicroseconds)
  }
}
