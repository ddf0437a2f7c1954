import Dialects
import Foundation

func readGemini(
  _ operation: Dialects.Operation = .generateContent, _ body: [UInt8], _ cut: Cut = .whole,
  framing: ReplyFraming = .json, status: Int = 200, model: String? = nil
) -> (facts: ReplyFacts, items: [ReplyItem]) {
  let endpoint = Endpoint(dialect: .gemini, operation: operation, model: model)
  var reader = ReplyReader(endpoint: endpoint, status: status, framing: framing)
  var items: [ReplyItem] = []
  for range in cut.ranges(of: body.count) {
    reader.consume(body.span.bytes.extracting(range))
    items += reader.takeItems()
  }
  return (reader.finish(), items)
}

func readGemini(_ operation: Dialects.Operation = .generateContent, _ body: String, model: String? = nil) -> ReplyFacts
{
  readGemini(operation, Array(body.utf8), model: model).facts
}

/// The chunks of a stream, in each of the ways that Google sends them: as events, and as an array written piece by piece.
func readGeminiChunks(
  _ chunks: [String], operation: Dialects.Operation = .generateContent, model: String? = nil, cut: Cut = .random(5)
) -> (events: ReplyFacts, array: ReplyFacts) {
  let events = chunks.map { "data: \($0)\r\n\r\n" }.joined()
  let array = "[" + chunks.joined(separator: "\r\n,\r\n") + "\r\n]\r\n"
  return (
    readGemini(operation, Array(events.utf8), cut, framing: .serverSentEvents, model: model).facts,
    readGemini(operation, Array(array.utf8), cut, model: model).facts
  )
}

func readGeminiRequest(
  _ operation: Dialects.Operation = .generateContent, _ body: String, model: String? = nil, streams: Bool? = nil,
  cut: Cut = .whole
) -> RequestFacts {
  let body = Array(body.utf8)
  var reader = RequestReader(
    endpoint: Endpoint(dialect: .gemini, operation: operation, model: model, streams: streams))
  for range in cut.ranges(of: body.count) { reader.consume(body.span.bytes.extracting(range)) }
  return reader.finish()
}
