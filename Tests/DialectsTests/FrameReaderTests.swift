import Dialects
import Testing

/// What a reader makes of a stream: each frame's head and payload, and whether it is damaged.
private struct Reading: Equatable {
  var frames: [(head: FrameHead, payload: [UInt8])] = []
  var open: [UInt8] = []
  var isDamaged = false
  var isInFrame = false

  static func == (lhs: Reading, rhs: Reading) -> Bool {
    lhs.frames.elementsEqual(rhs.frames) { $0.head == $1.head && $0.payload == $1.payload }
      && lhs.isDamaged == rhs.isDamaged && lhs.isInFrame == rhs.isInFrame
  }

  init(_ bytes: [UInt8], _ cut: Cut = .whole) {
    var reader = FrameReader()
    for part in cut.ranges(of: bytes.count) {
      let span = bytes.span.bytes.extracting(part)
      var offset = 0
      loop: while true {
        switch reader.next(span, at: &offset) {
        case .needsMore: break loop
        case .begin: open = []
        case .payload(let range):
          open += bytes[part.lowerBound + range.lowerBound..<part.lowerBound + range.upperBound]
        case .end: frames.append((reader.head, open))
        case .damaged:
          isDamaged = true
          break loop
        }
      }
    }
    isInFrame = reader.isInFrame
  }
}

@Suite("A stream of frames")
struct FrameReaderTests {
  /// A frame with headers of all ten types, written with Python's `struct` and `zlib`.
  private static let everyType = bytes(
    """
    00000096000000768202d9d001610001620101630280016403010201650400000001016605ffffffffffffffff01670600030001020b3a
    6576656e742d747970650700056368756e6b0168080000000000000001016909000102030405060708090a0b0c0d0e0f0d3a6d65737361
    67652d747970650700056576656e74017a0700007b226279746573223a226533303d227d91aa35ba
    """)

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.filter { !$0.isWhitespace })
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0..<$0 + 2]), radix: 16) ?? 0 }
  }

  private static func head(_ kind: FrameHead.Kind, isChunk: Bool = false, code: String? = nil) -> FrameHead {
    var head = FrameHead()
    head.kind = kind
    head.isChunk = isChunk
    head.errorCode = code
    return head
  }

  @Test("has headers of ten types")
  func types() {
    let reading = Reading(Self.everyType)
    #expect(reading.frames.map(\.head) == [Self.head(.event, isChunk: true)])
    #expect(reading.frames.first?.payload == Array(#"{"bytes":"e30="}"#.utf8))
    #expect(!reading.isDamaged && !reading.isInFrame)
    for cut in 0...Self.everyType.count { #expect(Reading(Self.everyType, .at(cut)) == reading, "cut at \(cut)") }
  }

  @Test("that was written as an exception is read as one, its checksums among it")
  func written() {
    let payload = Array(#"{"message":"Enough: é"}"#.utf8)
    let frame = ExceptionFrame.bytes(name: "validationException", payload: payload)
    let reading = Reading(frame + Self.everyType)
    #expect(reading.frames.first?.head == Self.head(.exception, code: "validationException"))
    #expect(reading.frames.first?.payload == payload)
    #expect(reading.frames.count == 2 && !reading.isDamaged && !reading.isInFrame)
  }

  @Test("is split into its frames, wherever it is cut")
  func splitting() {
    let stream =
      Frames.event("messageStart", #"{"role":"assistant"}"#) + Self.everyType
      + Frames.frame(headers: [], payload: []) + Frames.exception("throttlingException")
      + Frames.frame([(":message-type", "error"), (":error-code", "InternalError"), (":error-message", "x")], "")
      + Frames.frame([(":message-type", "unheard-of")], String(repeating: "x", count: 70_000))
    let whole = Reading(stream)
    #expect(
      whole.frames.map(\.head) == [
        Self.head(.event), Self.head(.event, isChunk: true), Self.head(.event),
        Self.head(.exception, code: "throttlingException"), Self.head(.error, code: "InternalError"),
        Self.head(.other),
      ])
    #expect(whole.frames.map(\.payload.count) == [20, 16, 0, 29, 0, 70_000])
    #expect(Reading(stream, .bytes) == whole)
    for seed in UInt64(0)..<20 { #expect(Reading(stream, .random(seed)) == whole, "seed \(seed)") }
  }

  @Test("that ends within a frame says so")
  func openEnd() {
    for end in 1..<Self.everyType.count {
      let reading = Reading(Array(Self.everyType[..<end]))
      #expect(reading.isInFrame && !reading.isDamaged && reading.frames.isEmpty, "\(end) bytes")
    }
  }

  @Test("with any bit turned is damaged, or never comes to the frame's end")
  func everyBit() {
    for place in Self.everyType.indices {
      for bit in 0..<8 {
        var bytes = Self.everyType
        bytes[place] ^= 1 << UInt8(bit)
        let reading = Reading(bytes + Self.everyType, .random(UInt64(place)))
        #expect(reading.frames.isEmpty && reading.isDamaged, "bit \(bit) of byte \(place)")
      }
    }
  }

  @Test("takes the lengths that the format allows, and no others")
  func lengths() {
    let headers = FrameReader.headersBytesMax
    let payload = FrameReader.payloadBytesMax
    for (total, headerBytes, isTaken) in [
      (16, 0, true), (15, 0, false), (0, 0, false), (16 + headers, headers, true), (17 + headers, headers + 1, false),
      (16 + payload, 0, true), (17 + payload, 0, false), (20, 5, false), (20, 4, true),
      (4_294_967_295, 0, false), (4_294_967_295, 4_294_967_295, false), (0, 4_294_967_295, false),
    ] {
      let lengths = [total, headerBytes].flatMap { value in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
      }
      let checksum = Frames.checksum(lengths)
      let prelude = lengths + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
      #expect(Reading(prelude).isDamaged == !isTaken, "\(total), \(headerBytes)")
    }
  }

  @Test("may have a payload of any length that is allowed")
  func longPayload() {
    let payload = [UInt8](repeating: 0x61, count: 3 << 20)
    #expect(Reading(Frames.frame(headers: [], payload: payload)).frames.first?.payload == payload)
  }

  @Test(
    "with malformed headers is damaged",
    arguments: [
      [0], [1], [1, 0x61], [1, 0x61, 10], [1, 0x61, 255], [1, 0x61, 7], [1, 0x61, 7, 0], [1, 0x61, 7, 0, 1],
      [1, 0x61, 4, 0, 0, 0], [1, 0x61, 9, 0], [1, 0x61, 6, 255, 255, 0], [1, 0x61, 0, 0], [200, 0x61],
    ] as [[UInt8]])
  func malformedHeaders(headers: [UInt8]) {
    let reading = Reading(Frames.frame(headers: headers, payload: [1, 2, 3]))
    #expect(reading.isDamaged && reading.frames.isEmpty)
  }

  @Test("keeps short names of errors only")
  func longNames() {
    let long = String(repeating: "x", count: 65)
    let kept = Reading(Frames.exception(String(repeating: "x", count: 64)))
    #expect(kept.frames.first?.head.errorCode?.count == 64)
    #expect(Reading(Frames.exception(long)).frames.first?.head == Self.head(.exception))
    let other = Frames.frame([(":message-type", "event" + long), (long, "event"), (":event-type", "chunk")], "")
    #expect(Reading(other).frames.first?.head == Self.head(.other, isChunk: true))
  }
}
