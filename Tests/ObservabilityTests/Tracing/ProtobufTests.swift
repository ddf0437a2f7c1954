import Metering
import Testing

@testable import Observability

@Suite("Protocol Buffers' wire format")
struct ProtobufTests {
  private func written(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    write(&writer)
    return writer.bytes
  }

  @Test("is written as its specification's examples are")
  func examples() {
    // https://protobuf.dev/programming-guides/encoding/: 150 in field 1, "testing" in field 2, and the first within field 3.
    #expect(written { $0.number(1, 150) } == [0x08, 0x96, 0x01])
    #expect(written { $0.text(2, "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
    #expect(written { $0.message(3) { $0.number(1, 150) } } == [0x1a, 0x03, 0x08, 0x96, 0x01])
    #expect(
      written { $0.choice(1, UInt64(bitPattern: -2)) } == [0x08, 0xfe] + Array(repeating: 0xff, count: 8) + [0x01])
    #expect(written { $0.fixed64(7, 1) } == [0x39, 1, 0, 0, 0, 0, 0, 0, 0])
    #expect(written { $0.fixed32(16, 0x101) } == [0x85, 0x01, 0x01, 0x01, 0, 0])
    #expect(written { $0.identifier(1, 0x0102_0304_0506_0708 as UInt64) } == [0x0a, 8, 1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test("has no field for what is zero or empty, but for members of a choice")
  func defaults() {
    #expect(
      written {
        $0.number(1, 0)
        $0.text(2, "")
        $0.fixed64(3, 0)
        $0.fixed32(4, 0)
      }.isEmpty)
    #expect(written { $0.choice(2, 0) } == [0x10, 0])
    #expect(written { $0.choice(1, "") } == [0x0a, 0])
  }

  @Test("A span is these bytes")
  func span() throws {
    var span = TraceSpan(
      traceID: try #require(TraceID(1)), spanID: try #require(SpanID(2)),
      parent: SpanParent(try #require(SpanID(3)), isRemote: true),
      name: "chat m", kind: .client, startedAt: Timestamp(unixMicroseconds: 1), endedAt: Timestamp(unixMicroseconds: 2))
    span.attributes[.requestStream] = .flag(true)
    span.status = .error
    span.links = [SpanLink(traceID: try #require(TraceID(4)), spanID: try #require(SpanID(5)))]
    let key = Array("gen_ai.request.stream".utf8)
    let zeros = { Array(repeating: UInt8(0), count: $0) }
    var expected: [UInt8] = [0x0a, 16] + zeros(15) + [1]
    expected += [0x12, 8] + zeros(7) + [2] + [0x22, 8] + zeros(7) + [3]
    expected += [0x2a, 6] + Array("chat m".utf8) + [0x30, 3]
    expected += [0x39, 0xe8, 0x03] + zeros(6) + [0x41, 0xd0, 0x07] + zeros(6)
    expected += [0x4a, UInt8(key.count + 6), 0x0a, UInt8(key.count)] + key + [0x12, 2, 0x10, 1]
    expected += [0x6a, 33, 0x0a, 16] + zeros(15) + [4] + [0x12, 8] + zeros(7) + [5] + [0x35, 1, 0, 0, 0]
    expected += [0x7a, 2, 0x18, 2] + [0x85, 0x01, 0x01, 0x03, 0, 0]
    #expect(written { $0.span(span) } == expected)
  }

  @Test("Text is cut between characters, and times outside of what can be said are zero")
  func limits() throws {
    #expect("aé".cut(bytesMax: 2) == "a")
    #expect("aé".cut(bytesMax: 3) == "aé")
    #expect("😀😀".cut(bytesMax: 7) == "😀")
    #expect("é".cut(bytesMax: 0) == "")
    let id = try #require(SpanID(1))
    let span = TraceSpan(
      traceID: try #require(TraceID(1)), spanID: id, parent: nil, name: String(repeating: "é", count: 200),
      kind: .internal, startedAt: Timestamp(unixMicroseconds: -5), endedAt: Timestamp(unixMicroseconds: .max))
    var fields = ProtobufReader(written { $0.span(span) }[...])
    var names: [Int] = []
    var times: [UInt64] = []
    while let field = fields.next() {
      if case .bytes(let bytes) = field.value, field.number == 5 { names.append(bytes.count) }
      if field.number == 7 || field.number == 8 { times.append(field.number) }
    }
    #expect(names == [256])
    #expect(times.isEmpty)
  }

  @Test("A reply of a collector says what it left out; what makes no sense says nothing")
  func replies() {
    let partial: [UInt8] = [0x0a, 8, 0x08, 3, 0x12, 4] + Array("full".utf8)
    #expect(
      TraceExportReply(status: 200, retryAfter: nil, body: partial) == .taken(rejectedSpans: 3, message: "full"))
    #expect(TraceExportReply(status: 202, retryAfter: nil, body: []) == .taken(rejectedSpans: 0, message: ""))
    for count in 0..<partial.count {
      let reply = TraceExportReply(status: 200, retryAfter: nil, body: Array(partial.prefix(count)))
      #expect(reply == .taken(rejectedSpans: 0, message: ""), "\(count) bytes")
    }
    let hostile: [UInt8] = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00]
    #expect(TraceExportReply(status: 200, retryAfter: nil, body: hostile) == .taken(rejectedSpans: 0, message: ""))
    let json = Array(#"{"partialSuccess":{}}"#.utf8)
    #expect(TraceExportReply(status: 200, retryAfter: nil, body: json) == .taken(rejectedSpans: 0, message: ""))
  }

  @Test(
    "Only the statuses that the protocol names are tried again",
    arguments: [
      (429, "7", .retry(status: 429, afterSeconds: 7)), (502, nil, .retry(status: 502, afterSeconds: nil)),
      (503, "Wed, 21 Oct 2026 07:28:00 GMT", .retry(status: 503, afterSeconds: nil)),
      (504, nil, .retry(status: 504, afterSeconds: nil)), (500, nil, .refused(status: 500)),
      (400, "1", .refused(status: 400)), (404, nil, .refused(status: 404)), (301, nil, .refused(status: 301)),
    ] as [(Int, String?, TraceExportReply)])
  func statuses(status: Int, retryAfter: String?, reply: TraceExportReply) {
    #expect(TraceExportReply(status: status, retryAfter: retryAfter, body: []) == reply)
  }
}
