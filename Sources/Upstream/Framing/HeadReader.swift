/// Reads the header lines of a reply as libcurl hands them over, and refuses what libcurl lets pass: the length of a body must
/// follow from its head in one way only (RFC 9112, 6.3), or two parties will disagree about where the next reply begins.
struct HeadReader {
  /// Name, value, colon and line end of all fields of all heads of one reply together.
  static let headBytesMax = 65536
  static let fieldsMax = 256
  static let informationalMax = 16
  /// Trailers are dropped, but not without end.
  static let trailerBytesMax = 65536

  /// What a line means.
  enum Verdict {
    /// The head goes on, or an informational response ended.
    case more
    /// This was the empty line after the final response's head.
    case final(UpstreamHead)
    case trailer
    case refused(TransferFailure, String)
  }

  private enum State {
    case statusLine
    case fields
    case finished
  }

  /// The length that a head states for its body.
  private enum Framing {
    case unstated
    case length(Int64)
    case chunked
  }

  private var state = State.statusLine
  private var framing = Framing.unstated
  private var status = 0
  private var reason = ""
  private var isVersion10 = false
  private var fields: [(name: String, value: String)] = []
  private var headBytes = 0
  private var trailerBytes = 0
  private var informationalCount = 0

  /// Whether the final response's head has come.
  var isFinished: Bool {
    switch self.state {
    case .finished: true
    case .statusLine, .fields: false
    }
  }
  /// Whether a byte of any response has come.
  var hasBegun: Bool { self.headBytes > 0 }

  /// Takes one line with its line end.
  mutating func read(_ line: UnsafeRawBufferPointer) -> Verdict {
    switch self.state {
    case .finished:
      self.trailerBytes += line.count
      return self.trailerBytes > Self.trailerBytesMax ? .refused(.badFraming, "trailers are too long") : .trailer
    case .statusLine, .fields: break
    }
    self.headBytes += line.count
    guard self.headBytes <= Self.headBytesMax else { return .refused(.headTooLarge, "head over 64 KiB") }
    guard line.count >= 2, line[line.count - 1] == 0x0a, line[line.count - 2] == 0x0d else {
      return .refused(.badFraming, "a line of the head does not end with CR LF")
    }
    let content = UnsafeRawBufferPointer(rebasing: line[..<(line.count - 2)])
    guard content.allSatisfy(isFieldValueByte) else {
      return .refused(.badFraming, "a control character in the head")
    }
    switch self.state {
    case .statusLine: return self.readStatusLine(content)
    case .fields: return content.isEmpty ? self.endHead() : self.readField(content)
    case .finished: return .trailer
    }
  }

  /// `HTTP/1.1 200 OK`; the reason, and the space before it, may be missing.
  private mutating func readStatusLine(_ line: UnsafeRawBufferPointer) -> Verdict {
    let prefix: StaticString = "HTTP/1."
    guard line.count >= 12, line.prefix(7).elementsEqual(UnsafeRawBufferPointer(start: prefix.utf8Start, count: 7)),
      line[7] == 0x30 || line[7] == 0x31, line[8] == 0x20, line.count == 12 || line[12] == 0x20,
      line[9...11].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
    else { return .refused(.badFraming, "no HTTP/1.0 or HTTP/1.1 status line") }
    self.isVersion10 = line[7] == 0x30
    self.status = line[9...11].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    guard self.status >= 100, self.status <= 599, self.status != 101 else {
      return .refused(.badFraming, "status \(self.status)")
    }
    if self.status < 200 {
      self.informationalCount += 1
      guard self.informationalCount <= Self.informationalMax else {
        return .refused(.badFraming, "more than \(Self.informationalMax) informational responses")
      }
    }
    self.reason = line.count > 13 ? String(decoding: line[13...], as: UTF8.self) : ""
    self.state = .fields
    return .more
  }

  private mutating func readField(_ line: UnsafeRawBufferPointer) -> Verdict {
    guard line[0] != 0x20, line[0] != 0x09 else { return .refused(.badFraming, "a folded header line") }
    guard let colon = line.firstIndex(of: 0x3a) else { return .refused(.badFraming, "a header line without a colon") }
    let name = line[..<colon]
    guard !name.isEmpty, name.allSatisfy(ByteSet.token.contains) else {
      return .refused(.badFraming, "a header name that is no token")
    }
    guard self.fields.count < Self.fieldsMax else { return .refused(.headTooLarge, "over \(Self.fieldsMax) headers") }
    var value = line[(colon + 1)...]
    while let byte = value.first, byte == 0x20 || byte == 0x09 { value.removeFirst() }
    while let byte = value.last, byte == 0x20 || byte == 0x09 { value.removeLast() }
    if let problem = self.readFraming(name: name, value: value) { return .refused(.badFraming, problem) }
    self.fields.append((name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self)))
    return .more
  }

  /// Returns what is wrong with a framing field. A second one is refused even where it says the same: nobody sends two by intent.
  private mutating func readFraming(name: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>)
    -> String?
  {
    if equalsIgnoringCase(name, "content-length") {
      guard case .unstated = self.framing else { return "two framing fields" }
      guard let length = decimal(value) else { return "a Content-Length that is no number" }
      self.framing = .length(length)
    } else if equalsIgnoringCase(name, "transfer-encoding") {
      guard case .unstated = self.framing else { return "two framing fields" }
      guard equalsIgnoringCase(value, "chunked") else { return "a Transfer-Encoding that is not chunked" }
      guard !self.isVersion10 else { return "Transfer-Encoding in HTTP/1.0" }
      self.framing = .chunked
    }
    return nil
  }

  private mutating func endHead() -> Verdict {
    // RFC 9112, 6.3: these have no body, so a length is a lie that the next reply would be misread by.
    if self.status < 200 || self.status == 204 {
      switch self.framing {
      case .unstated, .length(0): break
      case .length, .chunked: return .refused(.badFraming, "a body announced with status \(self.status)")
      }
    }
    let fields = self.fields
    self.fields = []
    self.framing = .unstated
    guard self.status >= 200 else {
      self.state = .statusLine
      return .more
    }
    self.state = .finished
    return .final(UpstreamHead(status: self.status, reason: self.reason, headers: fields))
  }
}

/// 1*DIGIT that fits into 63 bits, else nil.
private func decimal(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int64? {
  guard !bytes.isEmpty else { return nil }
  var result: Int64 = 0
  for byte in bytes {
    guard byte >= 0x30, byte <= 0x39 else { return nil }
    let (product, isTooLarge) = result.multipliedReportingOverflow(by: 10)
    let (sum, isTooLargeNow) = product.addingReportingOverflow(Int64(byte &- 0x30))
    guard !isTooLarge, !isTooLargeNow else { return nil }
    result = sum
  }
  return result
}

/// Compares with an ASCII string in lower case.
private func equalsIgnoringCase(_ bytes: Slice<UnsafeRawBufferPointer>, _ lowercase: StaticString) -> Bool {
  guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
  let expected = UnsafeBufferPointer(start: lowercase.utf8Start, count: lowercase.utf8CodeUnitCount)
  return zip(bytes, expected).allSatisfy { byte, wanted in
    (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) == wanted
  }
}
