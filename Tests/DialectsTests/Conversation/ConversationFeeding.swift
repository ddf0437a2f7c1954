import Dialects

let fingerprints = FingerprintKey(word0: 0x0123_4567_89AB_CDEF, word1: 0xFEDC_BA98_7654_3210)

/// What a request says of its conversation, read in parts.
func readConversation(
  _ dialect: Dialect, _ operation: Dialects.Operation, _ body: [UInt8], _ cut: Cut = .whole
) -> ConversationFacts {
  var reader = RequestReader(endpoint: Endpoint(dialect: dialect, operation: operation), linking: fingerprints)
  for range in cut.ranges(of: body.count) { reader.consume(body.span.bytes.extracting(range)) }
  return reader.finish().conversation ?? ConversationFacts()
}

func readConversation(_ dialect: Dialect, _ operation: Dialects.Operation, _ body: String) -> ConversationFacts {
  readConversation(dialect, operation, Array(body.utf8))
}

/// The ways of cutting that every reader is tried with.
func cuts(of body: [UInt8]) -> [Cut] {
  [.whole, .bytes, .random(1), .random(2)] + stride(from: 1, to: body.count, by: 7).map(Cut.at)
}
