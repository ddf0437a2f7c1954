import Budgets
import Metering
import Testing

@testable import Ledger

@Suite("A slot of the in-flight file")
struct SlotSnapshotTests {
  private let slot = SlotBytes()

  @Test("gives back what was written into it")
  func roundTrip() {
    slot.publish(.sample(CallID(rawValue: 77)))
    #expect(slot.call?.admission == .sample(CallID(rawValue: 77)))
    #expect(slot.call?.wasSent == false)
    #expect(slot.call?.usage.isEmpty == true)
  }

  @Test("gives back an admission whose optional fields are absent, and one whose strings are empty")
  func absentFields() {
    var admission = Admission.sample(CallID(rawValue: 1))
    admission.dialect = nil
    admission.model = nil
    admission.run = nil
    admission.upstreamKeyID = nil
    admission.workflow = ""
    admission.isStream = false
    admission.billing = .free
    slot.publish(admission)
    #expect(slot.call?.admission == admission)
  }

  @Test("holds every string at its longest, and cuts a longer one where a character begins")
  func longStrings() {
    var admission = Admission.sample(CallID(rawValue: 1))
    let long = String(repeating: "é", count: 5000)
    admission.provider = long
    admission.dialect = long
    admission.method = long
    admission.path = "x" + long
    admission.model = long
    admission.agent = long
    admission.workflow = long
    admission.run = long
    admission.upstreamKeyID = long
    admission.virtualKey = long
    admission.team = long
    admission.reserve = CallReserve(
      bound: CallAmounts(picodollars: .max, tokens: 2), expected: CallAmounts(picodollars: 3, tokens: 4))
    slot.publish(admission)
    slot.store(SlotProgress(usage: Usage(), outputTextBytes: 0, model: long, responseID: long, status: 0))
    let read = slot.call
    #expect(read?.admission.agent == String(repeating: "é", count: SlotLayout.StringBytesMax.agent / 2))
    #expect(read?.admission.path == "x" + String(repeating: "é", count: (SlotLayout.StringBytesMax.path - 1) / 2))
    #expect(read?.responseID == String(repeating: "é", count: SlotLayout.StringBytesMax.responseID / 2))
    #expect(read?.admission.team == String(repeating: "é", count: SlotLayout.StringBytesMax.team / 2))
    #expect(read?.admission.reserve == admission.reserve)
  }

  @Test("gives back the progress that was stored last")
  func progress() {
    slot.publish(.sample(CallID(rawValue: 1)))
    for count in 1...5 { slot.store(.sample(Int64(count))) }
    #expect(slot.call?.usage[.output] == 5)
    #expect(slot.call?.status == 205)
    #expect(slot.call?.responseID == "msg_5")
  }

  @Test("keeps what was stored before where a store is torn off at any byte")
  func tornProgress() {
    slot.publish(.sample(CallID(rawValue: 1)))
    slot.store(.sample(1))
    slot.store(.sample(2))
    let before = slot.bytes
    slot.store(.sample(3))
    let after = slot.bytes
    let block = SlotLayout.progress(revision: 3)
    for torn in 0...SlotLayout.progressBytes {
      slot.bytes = before
      slot.bytes.replaceSubrange(block..<block + torn, with: after[block..<block + torn])
      #expect(slot.call?.usage[.output] == 2, "torn after \(torn) bytes")
    }
  }

  @Test("never traps and never invents, whatever byte of it is damaged", arguments: [UInt8(0xff), 0x01, 0x80])
  func damage(mask: UInt8) {
    slot.publish(.sample(CallID(rawValue: 1)))
    slot.store(.sample(1))
    slot.store(.sample(2))
    let whole = slot.bytes
    for position in whole.indices {
      slot.bytes = whole
      slot.bytes[position] ^= mask
      switch slot.snapshot {
      case .free: #expect(position < 4)
      case .damaged: #expect(position >= 8)
      case .call(let call):
        #expect(call.admission == .sample(CallID(rawValue: 1)), "byte \(position)")
        #expect([0, 1, 2].contains(call.usage[.output]), "byte \(position)")
      }
    }
  }

  @Test("says what the call had been settled as, every outcome, source and cost")
  func settlement() {
    slot.publish(.sample(CallID(rawValue: 1)))
    for outcome in Outcome.allCases {
      for usageSource in UsageSource.allCases {
        for costSource in CostSource.allCases {
          var progress = SlotProgress()
          progress.settlement = RecoveredCall.Settlement(
            outcome: outcome, usageSource: usageSource, costSource: costSource,
            costPicodollars: costSource == .unpriced ? nil : 17, durationMicroseconds: 4)
          slot.store(progress)
          #expect(slot.call?.settlement == progress.settlement)
        }
      }
    }
  }
}

extension SlotProgress {
  static func sample(_ number: Int64) -> SlotProgress {
    var usage = Usage()
    usage[.output] = number
    return SlotProgress(
      usage: usage, outputTextBytes: number * 4, model: "m\(number)", responseID: "msg_\(number)",
      status: 200 + Int(number))
  }
}

/// One slot in memory of the test's own, written as the file is.
private final class SlotBytes {
  var bytes = [UInt8](repeating: 0, count: SlotLayout.slotBytes)
  private var revision: UInt32 = 0

  func publish(_ admission: Admission) {
    bytes.withUnsafeMutableBytes { slot in
      guard let base = slot.baseAddress else { return }
      base.storeBytes(of: admission.id.rawValue, toByteOffset: SlotLayout.callID, as: Int64.self)
      admission.write(toSlot: base)
      base.storeBytes(of: 1, toByteOffset: SlotLayout.state, as: UInt32.self)
    }
  }

  func store(_ progress: SlotProgress) {
    revision += 1
    bytes.withUnsafeMutableBytes { slot in
      guard let base = slot.baseAddress else { return }
      progress.write(revision: revision, to: base + SlotLayout.progress(revision: revision))
      base.storeBytes(of: revision, toByteOffset: SlotLayout.revision, as: UInt32.self)
    }
  }

  var snapshot: SlotSnapshot { bytes.withUnsafeBytes { SlotSnapshot($0) } }

  var call: RecoveredCall? {
    if case .call(let call) = snapshot { return call }
    return nil
  }
}
