import Testing

@testable import Upstream

/// The reader of heads by itself: lines in, verdicts out.
@Suite struct HeadReaderTests {
  private static func read(_ lines: [String]) -> (HeadReader, HeadReader.Verdict) {
    var reader = HeadReader()
    var verdict = HeadReader.Verdict.more
    for line in lines {
      verdict = Array(line.utf8).withUnsafeBytes { reader.read($0) }
      if case .refused = verdict { break }
    }
    return (reader, verdict)
  }

  @Test func `a head is final with its empty line, and what follows is trailers`() {
    var (reader, verdict) = Self.read(["HTTP/1.1 200 Fine by me\r\n", "A: \t b c \t\r\n", "B:\r\n", "\r\n"])
    guard case .final(let head) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(head.status == 200)
    #expect(head.reason == "Fine by me")
    #expect(head.headers.map { "\($0.name)|\($0.value)" } == ["A|b c", "B|"])
    #expect(reader.isFinished)
    guard case .trailer = Array("X: y\r\n".utf8).withUnsafeBytes({ reader.read($0) }) else {
      Issue.record("no trailer")
      return
    }
  }

  @Test func `an informational head leaves nothing behind`() {
    let (reader, verdict) = Self.read([
      "HTTP/1.1 103 Early Hints\r\n", "Link: x\r\n", "Content-Length: 0\r\n", "\r\n", "HTTP/1.1 200 OK\r\n",
      "Content-Length: 5\r\n", "\r\n",
    ])
    guard case .final(let head) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(head.headers.map(\.name) == ["Content-Length"])
    #expect(reader.hasBegun)
  }

  @Test func `before a byte has come, no reply has begun`() {
    let reader = HeadReader()
    #expect(!reader.hasBegun)
    #expect(!reader.isFinished)
  }

  @Test func `lines of random bytes are read or refused, and nothing else`() {
    let seed: UInt64 = 7
    var random = SeededRandom(seed)
    let alphabet = Array("HTTP/1.1 200 OK\r\n:,;x\t 0159Content-Lengthchunked\u{0}\u{7f}é".utf8)
    for _ in 0..<20_000 {
      var reader = HeadReader()
      if random.next(2) == 0 { _ = Array("HTTP/1.1 200 OK\r\n".utf8).withUnsafeBytes { reader.read($0) } }
      let line = (0..<random.next(40)).map { _ in alphabet[random.next(alphabet.count)] }
      _ = (line + (random.next(4) == 0 ? [] : [13, 10])).withUnsafeBytes { reader.read($0) }
    }
  }
}
