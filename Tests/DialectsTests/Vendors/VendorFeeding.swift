import Dialects

/// Reads a reply whole, byte by byte and cut at random places; what they say must be the same.
func readReply(
  _ dialect: Dialect, _ operation: Dialects.Operation, _ body: String, framing: ReplyFraming = .json,
  status: Int = 200, headers: [String: String] = [:]
) -> ReplyFacts {
  let bytes = Array(body.utf8)
  var fields = ReplyHeaders()
  for (name, value) in headers { fields.read(name: name, value: value) }
  func read(_ cut: Cut) -> ReplyFacts {
    let endpoint = Endpoint(dialect: dialect, operation: operation)
    var reader = ReplyReader(endpoint: endpoint, status: status, framing: framing, headers: fields)
    for range in cut.ranges(of: bytes.count) { reader.consume(bytes.span.bytes.extracting(range)) }
    return reader.finish()
  }
  let whole = read(.whole)
  for cut in [Cut.bytes, .random(7), .random(8)] where read(cut) != whole {
    var facts = whole
    facts.errorCode = "read otherwise when fed \(cut)"
    return facts
  }
  return whole
}

func readEvents(
  _ dialect: Dialect, _ operation: Dialects.Operation, _ events: [String], end: String = ""
) -> ReplyFacts {
  readReply(dialect, operation, stream(events) + end, framing: .serverSentEvents)
}

func readLines(_ dialect: Dialect, _ operation: Dialects.Operation, _ lines: [String]) -> ReplyFacts {
  readReply(dialect, operation, lines.map { $0 + "\n" }.joined(), framing: .lines)
}

func readRequest(_ dialect: Dialect, _ operation: Dialects.Operation, _ body: String) -> RequestFacts {
  let bytes = Array(body.utf8)
  var reader = RequestReader(endpoint: Endpoint(dialect: dialect, operation: operation))
  for range in Cut.random(3).ranges(of: bytes.count) { reader.consume(bytes.span.bytes.extracting(range)) }
  return reader.finish()
}
