import Dialects
import Testing

@testable import Gateway

@Suite("The frames of a WebSocket")
struct FrameScannerTests {
  static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

  @Test("are read as RFC 6455, section 5.7 has them in its examples")
  func examples() {
    #expect(Scan([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], from: .server).messages == [Array("Hello".utf8)])
    let masked: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
    #expect(Scan(masked, from: .client).messages == [Array("Hello".utf8)])
    let fragments: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]
    #expect(Scan(fragments, from: .server).messages == [Array("Hello".utf8)])
    let ping: [UInt8] = [0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]
    #expect(Scan(ping, from: .server) == Scan([], from: .server))
    for count in [256, 65536] {
      let frame = Frame(opcode: 2, payload: Array(repeating: 7, count: count))
      #expect(frame.bytes.count == count + (count == 256 ? 4 : 10))
      #expect(Scan(frame.bytes, from: .server).messages == [frame.payload])
    }
  }

  @Test("may have control frames between the fragments of a message")
  func interleaved() {
    let frames = [
      Frame.text("He", isFinal: false), Frame(opcode: 9, payload: [1, 2]),
      Frame(opcode: 0, payload: [], isFinal: false),
      Frame(opcode: 10, payload: []), Frame(opcode: 0, payload: Array("llo".utf8)), Frame.text(""),
    ]
    let scan = Scan(frames.flatMap(\.bytes), from: .server)
    #expect(scan.messages == [Array("Hello".utf8), []])
    #expect(scan.isAtBoundary)
  }

  @Test(
    "end with a close frame, whose code is read through its mask; nothing may follow",
    arguments: [([], nil), ([0x03, 0xE8], 1000), ([0x03, 0xF3, 0x62, 0x79, 0x65], 1011)] as [([UInt8], UInt16?)])
  func close(payload: [UInt8], code: UInt16?) {
    for mask in [nil, Self.mask] as [[UInt8]?] {
      let peer: SocketPeer = mask == nil ? .server : .client
      let close = Frame(opcode: 8, payload: payload, mask: mask).bytes
      for partBytes in [1, 1000] {
        let scan = Scan(close, from: peer) { partBytes }
        #expect(scan.hasClosed && scan.closeCode == code && scan.violation == nil)
      }
      #expect(Scan(close + [0x8A], from: peer).violation == .afterClose)
    }
  }

  static let broken: [(Frame, SocketPeer, FrameViolation)] = [
    (Frame(opcode: 1, payload: [], reserved: 4), .server, .reservedBit),
    (Frame(opcode: 1, payload: [], reserved: 1), .server, .reservedBit),
    (Frame(opcode: 9, payload: [], reserved: 2), .server, .reservedBit),
    (Frame(opcode: 3, payload: []), .server, .reservedOpcode),
    (Frame(opcode: 7, payload: []), .server, .reservedOpcode),
    (Frame(opcode: 11, payload: []), .server, .reservedOpcode),
    (Frame(opcode: 15, payload: []), .server, .reservedOpcode),
    (Frame(opcode: 1, payload: [1], mask: mask), .server, .mask),
    (Frame(opcode: 1, payload: [1]), .client, .mask),
    (Frame(opcode: 8, payload: []), .client, .mask),
    (Frame(opcode: 2, payload: [1], lengthBytes: 2), .server, .length),
    (Frame(opcode: 2, payload: Array(repeating: 0, count: 125), lengthBytes: 2), .server, .length),
    (Frame(opcode: 2, payload: [1], lengthBytes: 8), .server, .length),
    (Frame(opcode: 2, payload: Array(repeating: 0, count: 65535), lengthBytes: 8), .server, .length),
    (Frame(opcode: 9, payload: Array(repeating: 0, count: 126)), .server, .controlFrame),
    (Frame(opcode: 10, payload: [], lengthBytes: 2), .server, .controlFrame),
    (Frame(opcode: 9, payload: [], isFinal: false), .server, .controlFrame),
    (Frame(opcode: 8, payload: [3]), .server, .controlFrame),
    (Frame(opcode: 0, payload: []), .server, .fragmentation),
  ]

  @Test("that the two ends could read differently are refused, whole or byte by byte", arguments: broken)
  func violations(frame: Frame, peer: SocketPeer, expected: FrameViolation) {
    let mask = peer == .client ? Self.mask : nil
    let good = Frame.text("good", mask: mask).bytes
    for partBytes in [1, 100_000] {
      let scan = Scan(good + frame.bytes, from: peer) { partBytes }
      #expect(scan.violation == expected)
      #expect(scan.messages == [Array("good".utf8)])
    }
  }

  @Test("must not begin a message within another, nor have a length of 64 bits")
  func moreViolations() {
    let twice = [Frame.text("a", isFinal: false), Frame.text("b")].flatMap(\.bytes)
    #expect(Scan(twice, from: .server).violation == .fragmentation)
    #expect(Scan([0x82, 0x7F, 0x80, 0, 0, 0, 0, 0, 0, 0], from: .server).violation == .length)
    // The longest that there is: its bytes never come to an end, and nothing is kept of them.
    let endless = Scan([0x82, 0x7F, 0x7F] + Array(repeating: 0xFF, count: 7) + [1, 2, 3], from: .server)
    #expect(endless.violation == nil && endless.messages.isEmpty && !endless.isAtBoundary)
  }

  @Test("are at a boundary only where another frame can be put")
  func boundary() {
    let frame = Frame.text("abc", mask: Self.mask).bytes
    for count in 0...frame.count {
      let scan = Scan(Array(frame.prefix(count)), from: .client)
      // The payload's end is noticed at once.
      #expect(scan.isAtBoundary == (count == 0 || count == frame.count))
    }
  }

  @Test("of any messages are put together again, however they are fragmented and cut", arguments: 0..<60)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let peer: SocketPeer = seed.isMultiple(of: 2) ? .client : .server
    var frames: [Frame] = []
    var expected: [[UInt8]] = []
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      var message: [UInt8] = []
      let fragments = Int.random(in: 1...4, using: &random)
      for fragment in 0..<fragments {
        if Bool.random(using: &random) {
          frames.append(Frame(opcode: 9 + UInt8.random(in: 0...1, using: &random), payload: Array("ping".utf8)))
        }
        let size = [0, 1, 125, 126, 300, 65_535, 65_536].randomElement(using: &random) ?? 0
        let payload = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        message += payload
        let opcode: UInt8 = fragment == 0 ? UInt8.random(in: 1...2, using: &random) : 0
        frames.append(Frame(opcode: opcode, payload: payload, isFinal: fragment == fragments - 1))
      }
      expected.append(message)
    }
    if peer == .client {
      for index in frames.indices {
        frames[index].mask = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
    }
    let bytes = frames.flatMap(\.bytes)
    let scan = Scan(bytes, from: peer) { Int.random(in: 1...20_000, using: &random) }
    #expect(scan.messages == expected, "seed \(seed)")
    #expect(scan.violation == nil && scan.isAtBoundary, "seed \(seed)")
  }

  @Test("may be anything at all: the scanner never traps, and tells the same however they are cut", arguments: 0..<200)
  func noise(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var bytes = Frame.text("hello, this is a message", mask: Self.mask).bytes
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    bytes += (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let whole = Scan(bytes, from: .client)
    #expect(Scan(bytes, from: .client) { 1 } == whole, "seed \(seed)")
    #expect(Scan(bytes, from: .client) { Int.random(in: 1...9, using: &random) } == whole, "seed \(seed)")
  }
}
