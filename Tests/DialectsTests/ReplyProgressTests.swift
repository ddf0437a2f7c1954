import Dialects
import Metering
import Testing

@Suite("Progress of a reply")
struct ReplyProgressTests {
  @Test("tells of each change, and of the first content")
  func progress() {
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: .anthropic, operation: .messages), status: 200, framing: .serverSentEvents)
    func feed(_ data: String) {
      let bytes = Array("data: \(data)\n\n".utf8)
      reader.consume(bytes.span.bytes)
    }
    let before = reader.progress
    #expect(before == ReplyProgress())
    feed(
      #"{"type":"message_start","message":{"id":"msg_1","model":"claude-x","usage":{"input_tokens":9,"output_tokens":1}}}"#
    )
    let start = reader.progress
    #expect(start.hasResponseID)
    #expect(start.usage == cells([.input: 9]))
    let names = [reader.responseID, reader.model]
    #expect(names == ["msg_1", "claude-x"])
    let hadContent = reader.hasContent
    #expect(!hadContent)
    feed(#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"abc"}}"#)
    let hasContent = reader.hasContent
    #expect(hasContent)
    let middle = reader.progress
    #expect(middle.revision == start.revision)
    #expect(middle.outputTextBytes == 3)
    feed(#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}"#)
    let end = reader.progress
    #expect(end.revision != start.revision)
    #expect(end.usage == cells([.input: 9, .output: 4]))
  }

  @Test("reports usage as soon as its event is whole, before the line that ends it")
  func early() {
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: .openai, operation: .chatCompletions), status: 200, framing: .serverSentEvents)
    let bytes = Array(#"data: {"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1}}"#.utf8)
    reader.consume(bytes.span.bytes)
    let progress = reader.progress
    #expect(progress.usage == cells([.input: 2, .output: 1]))
  }
}
