import Dialects
import Metering
import Testing

@Suite("A file of results")
struct ResultsFileTests {
  private static let openAI =
    #"{"id":"batch_req_1","custom_id":"a","response":{"status_code":200,"body":{"id":"chatcmpl-1","model":"gpt-5","choices":[{"finish_reason":"stop","message":{"content":"ab"}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}}}"#
  private static let anthropic =
    #"{"custom_id":"a","result":{"type":"succeeded","message":{"id":"msg_1","model":"claude-x","content":[],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}}}"#
  private static let gemini =
    #"{"key":"a","response":{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3},"responseId":"r1"}}"#

  private static let files: [(path: String, dialect: Dialect, line: String)] = [
    ("/v1/files/file-1/content", .openai, openAI),
    ("/v1/messages/batches/msgbatch_1/results", .anthropic, anthropic),
    ("/download/v1beta/files/batch-1:download", .gemini, gemini),
  ]

  private func endpoint(_ path: String, _ dialect: Dialect) throws -> Endpoint {
    try #require(Endpoint.recognise(method: "GET", path: path, dialect: dialect))
  }

  private func read(
    _ path: String, _ dialect: Dialect, _ lines: [String], framing: ReplyFraming = .lines
  ) throws -> (facts: ReplyFacts, items: [ReplyItem]) {
    let bytes = Array(lines.joined(separator: "\n").utf8)
    var reader = ReplyReader(endpoint: try endpoint(path, dialect), status: 200, framing: framing)
    reader.consume(bytes.span.bytes)
    let items = reader.takeItems()
    return (reader.finish(), items)
  }

  @Test("has not ended with the end of one result, but with its last byte", arguments: [0, 1, 2])
  func end(index: Int) throws {
    let file = Self.files[index]
    let bytes = Array((file.line + "\n" + file.line + "\n").utf8)
    for end in [bytes.count, bytes.count - 1, bytes.count / 2, bytes.count / 2 + 20, bytes.count - 9] {
      var reader = ReplyReader(endpoint: try endpoint(file.path, file.dialect), status: 200, framing: .lines)
      for place in 0..<end {
        reader.consume(bytes.span.bytes.extracting(place..<place + 1))
        let isTerminal = reader.isTerminal
        #expect(!isTerminal)
      }
      // A body that ends within a line was cut; one that ends between two of them may be whole.
      let endsWithLine = end >= bytes.count - 1 || end == bytes.count / 2
      let facts = reader.finish()
      #expect(facts.isTerminal == endsWithLine, "\(end) of \(bytes.count)")
    }
  }

  @Test(
    "of OpenAI's kind tells results without an id by the line, by the request, or by the caller's name and the file")
  func ids() throws {
    let body = #""body":{"model":"text-embedding-3-small","usage":{"prompt_tokens":7,"total_tokens":7}}"#
    let lines = [
      #"{"id":"batch_req_1","custom_id":"0","response":{"request_id":"r",\#(body)}}"#,
      #"{"custom_id":"1","response":{\#(body),"request_id":"request-2"}}"#,
      #"{"response":{\#(body),"status_code":200},"custom_id":"2"}"#,
      #"{"response":{\#(body)}}"#,
    ]
    let (_, items) = try read("/openai/v1/files/file-9/content", .openai, lines)
    #expect(items.map(\.facts.responseID) == ["batch_req_1", "request-2", "file-9#2"])
    let again = try read("/openai/v1/files/file-8/content", .openai, lines).items
    #expect(again.map(\.facts.responseID) == ["batch_req_1", "request-2", "file-8#2"])
    let mistral = try read("/v1/files/file-7/content", .mistral, lines).items
    #expect(mistral[2].facts.responseID == "file-7#2")
  }

  @Test("of Gemini tells results without an id by the caller's name, or by their place, and the file")
  func geminiIDs() throws {
    let lines = [
      #"{"key":"a","response":{"tokenCount":"7"}}"#, #"{"response":{"tokenCount":5},"key":"b"}"#,
      #"{"response":{"tokenCount":5}}"#, #"{"key":"c","error":{"code":3}}"#, Self.gemini,
    ]
    let (_, items) = try read("/download/v1beta/files/batch-1:download", .gemini, lines)
    #expect(items.map(\.facts.responseID) == ["batch-1#a", "batch-1#b", "batch-1#2", "r1"])
    #expect(items.map { answering($0.facts)?[.input] } == [7, 5, 5, 3])
  }

  @Test("and a batch of Gemini lose none of their replies, however many have no id and whenever the name comes")
  func manyNameless() throws {
    let count = 5_000
    let reply =
      #"{"response":{"candidates":[{"content":{"parts":[{"text":"x"}]}}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":50}}}"#
    let list = "[" + [String](repeating: reply, count: count).joined(separator: ",") + "]"
    let response = #""response":{"inlinedResponses":{"inlinedResponses":\#(list)}}"#
    let name = #""name":"batches/n5""#
    for (path, body) in [
      ("/v1beta/batches/n5", "{\(name),\(response)}"), ("/v1beta/batches/n5", "{\(response),\(name)}"),
      ("/v1beta/batches/n5", "{\(response)}"), ("/v1beta/batches", #"{"operations":[{\#(response),\#(name)}]}"#),
      ("/v1beta/batches", #"{"operations":[{\#(name),\#(response)}]}"#),
    ] {
      for size in [1_000, 60_000] {
        var reader = ReplyReader(endpoint: try endpoint(path, .gemini), status: 200, framing: .json)
        var items: [ReplyItem] = []
        let bytes = Array(body.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
          reader.consume(bytes.span.bytes.extracting(start..<min(start + size, bytes.count)))
          items += reader.takeItems()
        }
        _ = reader.finish()
        let sum = items.reduce(Usage()) { sum, item in item.facts.usage.reduce(sum) { $0 + $1.usage } }
        #expect(sum == cells([.input: Int64(100 * count), .output: Int64(50 * count)]), "\(path)")
        #expect(Set(items.map(\.facts.responseID)).count == items.count)
        #expect(items.first?.facts.responseID == "batches/n5#0")
        #expect(items.allSatisfy { $0.facts.responseID != nil })
      }
    }
  }

  @Test("says of each result what it cost, where the provider does")
  func costs() throws {
    let usages = [
      #"{"prompt_tokens":1,"completion_tokens":2,"cost":0.25,"is_byok":false}"#,
      #"{"prompt_tokens":1,"completion_tokens":2,"cost_in_usd_ticks":300}"#,
      #"{"prompt_tokens":1,"completion_tokens":2}"#,
    ]
    let lines = usages.enumerated().map {
      #"{"id":"l\#($0.offset)","custom_id":"c","response":{"status_code":200,"body":{"choices":[],"usage":\#($0.element)}}}"#
    }
    let (facts, items) = try read("/v1/files/file-1/content", .openai, lines)
    #expect(items.map(\.facts.reportedCostPicodollars) == [250_000_000_000, 30_000, nil])
    #expect(facts.reportedCostPicodollars == nil)
    let results = lines.enumerated().map { #"{"batch_request_id":"\#($0.offset)","batch_result":\#($0.element)}"# }
    let list = try read(
      "/v1/batches/batch_1/results", .openai, [#"{"results":[\#(results.joined(separator: ","))]}"#], framing: .json)
    #expect(list.items.map(\.facts.reportedCostPicodollars) == [250_000_000_000, 30_000, nil])
  }
}
