import Dialects
import Testing

/// The data of the events of a stream.
private func events(_ text: String, _ cut: Cut = .whole) -> [String] {
  let bytes = Array(text.utf8)
  var reader = EventStreamReader()
  var data: [UInt8] = []
  var events: [String] = []
  for part in cut.ranges(of: bytes.count) {
    let span = bytes.span.bytes.extracting(part)
    var offset = 0
    loop: while true {
      switch reader.next(span, at: &offset) {
      case .needsMore: break loop
      case .data(let range): data += bytes[part.lowerBound + range.lowerBound..<part.lowerBound + range.upperBound]
      case .lineBreak: data.append(0x0A)
      case .endOfEvent:
        events.append(String(decoding: data, as: UTF8.self))
        data = []
      }
    }
  }
  return events
}

@Suite("A stream of events")
struct EventStreamReaderTests {
  @Test(
    "is split by the rules of the specification",
    arguments: [
      ("data: a\n\n", ["a"]), ("data:a\n\n", ["a"]), ("data:  a \n\n", [" a "]), ("data:\ta\n\n", ["\ta"]),
      ("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]), ("data: a\r\rdata: b\r\r", ["a", "b"]),
      ("data: a\ndata: b\n\n", ["a\nb"]), ("data\n\n", [""]), ("data:\n\n", [""]), ("data\ndata\n\n", ["\n"]),
      ("data: a\n", []), ("data: a", []), ("\n\n\n", []), ("event: x\n\ndata: a\n\n", ["a"]),
      (": comment\n\ndata: a\n: comment\ndata: b\n\n", ["a\nb"]), (":\n:data: a\n\n", []),
      ("event: error\ndata: a\nid: 1\nretry: 5\n\n", ["a"]),
      ("data a\ndatas: b\n data: c\nData: d\ndata: e\n\n", ["e"]),
      ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\ndata: c\n\n", ["a", "c"]),
      ("\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", ["b"]), ("data: a\u{0}b\n\n", ["a\u{0}b"]), ("\u{0}data: a\n\n", []),
      ("data: é€😀\n\n", ["é€😀"]), ("data: {\"a\":\"x\r\n\r\ndata: y\"}\n\n", ["{\"a\":\"x", "y\"}"]),
      ("data\u{0}: a\ndata:b\n\n", ["b"]), ("data: a\n\r\ndata: b\r\n\n", ["a", "b"]),
      ("datadata: x\n\ndata: y\n\n", ["y"]),
    ] as [(String, [String])])
  func rules(text: String, expected: [String]) {
    #expect(events(text) == expected)
    #expect(events(text, .bytes) == expected)
    for cut in 0...text.utf8.count { #expect(events(text, .at(cut)) == expected, "cut at \(cut)") }
  }

  @Test("may have lines of any length")
  func longLines() {
    let long = String(repeating: "x", count: 3 << 20)
    #expect(events("data: \(long)\n\n\(long)\n\(long): \n\ndata: b\n\n") == [long, "b"])
  }
}
