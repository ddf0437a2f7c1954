import Budgets
import Metering

/// An ``Admission`` as a slot holds it.
extension Admission {
  /// Writes everything but the state, the sent mark and the revision.
  func write(toSlot base: UnsafeMutableRawPointer) {
    var writer = BlockWriter(base: base, cursor: SlotLayout.strings)
    writer.put(startedAt.unixMicroseconds, at: SlotLayout.startedAt)
    writer.put(requestBytes, at: SlotLayout.requestBytes)
    writer.put(promptTokensEstimate, at: SlotLayout.promptTokensEstimate)
    writer.put(
      (isStream ? 1 : 0) | UInt32(truncatingIfNeeded: billing.code) << 8, at: SlotLayout.flags)
    typealias BytesMax = SlotLayout.StringBytesMax
    writer.append(provider, bytesMax: BytesMax.provider)
    writer.append(dialect, bytesMax: BytesMax.dialect)
    writer.append(method, bytesMax: BytesMax.method)
    writer.append(path, bytesMax: BytesMax.path)
    writer.append(model, bytesMax: BytesMax.model)
    writer.append(agent, bytesMax: BytesMax.agent)
    writer.append(workflow, bytesMax: BytesMax.workflow)
    writer.append(run, bytesMax: BytesMax.run)
    writer.append(upstreamKeyID, bytesMax: BytesMax.upstreamKeyID)
    writer.append(virtualKey, bytesMax: BytesMax.virtualKey)
    writer.append(team, bytesMax: BytesMax.team)
    if let reserve {
      writer.append([
        reserve.bound.picodollars, reserve.bound.tokens, reserve.expected.picodollars, reserve.expected.tokens,
      ])
    }
    writer.put(UInt32(truncatingIfNeeded: writer.cursor &- SlotLayout.strings), at: SlotLayout.stringsLength)
    let block = UnsafeRawBufferPointer(start: base, count: writer.cursor)
    writer.put(Self.checksum(id: id, slot: block), at: SlotLayout.admissionChecksum)
  }

  /// Reads a slot back; nil where it is damaged.
  init?(fromSlot bytes: UnsafeRawBufferPointer) {
    guard bytes.count == SlotLayout.slotBytes else { return nil }
    let area = UnsafeRawBufferPointer(rebasing: bytes[..<SlotLayout.admissionEnd])
    var reader = BlockReader(bytes: area, cursor: SlotLayout.strings)
    let id = CallID(rawValue: reader.get(Int64.self, at: SlotLayout.callID))
    let length = reader.get(UInt32.self, at: SlotLayout.stringsLength)
    let end = SlotLayout.strings &+ Int(length)
    guard end <= area.count, id.rawValue > 0,
      reader.get(UInt64.self, at: SlotLayout.admissionChecksum)
        == Self.checksum(id: id, slot: UnsafeRawBufferPointer(rebasing: area[..<end]))
    else { return nil }
    let flags = reader.get(UInt32.self, at: SlotLayout.flags)
    guard let billing = Billing(code: Int64(flags >> 8 & 0xff)),
      case .some(.some(let provider)) = reader.nextString(), let dialect = reader.nextString(),
      case .some(.some(let method)) = reader.nextString(), case .some(.some(let path)) = reader.nextString(),
      let model = reader.nextString(), case .some(.some(let agent)) = reader.nextString(),
      case .some(.some(let workflow)) = reader.nextString(), let run = reader.nextString(),
      let upstreamKeyID = reader.nextString()
    else { return nil }
    self.init(
      id: id, startedAt: Timestamp(unixMicroseconds: reader.get(Int64.self, at: SlotLayout.startedAt)),
      provider: provider, dialect: dialect, method: method, path: path, model: model, agent: agent, workflow: workflow,
      run: run, isStream: flags & 1 == 1, billing: billing, upstreamKeyID: upstreamKeyID,
      requestBytes: reader.get(Int64.self, at: SlotLayout.requestBytes),
      promptTokensEstimate: reader.get(Int64.self, at: SlotLayout.promptTokensEstimate))
    // What stands behind the strings' end is of an earlier call.
    if reader.cursor < end { virtualKey = reader.nextString() ?? nil }
    if reader.cursor < end { team = reader.nextString() ?? nil }
    if reader.cursor < end, let amounts = reader.nextNumbers(4) {
      reserve = CallReserve(
        bound: CallAmounts(picodollars: amounts[0], tokens: amounts[1]),
        expected: CallAmounts(picodollars: amounts[2], tokens: amounts[3]))
    }
  }

  private static func checksum(id: CallID, slot: UnsafeRawBufferPointer) -> UInt64 {
    var sum = Checksum()
    sum.mix(UInt64(bitPattern: id.rawValue))
    sum.combine(UnsafeRawBufferPointer(rebasing: slot.dropFirst(SlotLayout.admissionFields)))
    return sum.value
  }
}
