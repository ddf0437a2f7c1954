import Dialects
import Testing

@Suite("Errors")
struct ErrorReplyTests {
  @Test(
    "in a body are told by code, else by type",
    arguments: [
      (
        .chatCompletions, #"{"error":{"message":"m","type":"t","param":null,"code":"model_not_found"}}"#,
        "model_not_found"
      ),
      (.chatCompletions, #"{"error":{"message":"m","type":"requests","code":null}}"#, "requests"),
      (.chatCompletions, #"{"error":{"message":"m","code":401}}"#, "401"),
      (.chatCompletions, #"{"error":{"message":"m"}}"#, "error"),
      (.chatCompletions, #"{"error":"model 'x' not found"}"#, "error"),
      (.chatCompletions, #"{"error":{"code":"a code that is prose"}}"#, "error"),
      (
        .responses, #"{"error":{"type":"invalid_request_error","code":"context_length_exceeded"}}"#,
        "context_length_exceeded"
      ),
      (.embeddings, #"{"error":{"type":"invalid_request_error"}}"#, "invalid_request_error"),
      (.models, #"{"error":{"code":"invalid_api_key"}}"#, "invalid_api_key"),
      (
        .messages, #"{"type":"error","error":{"type":"not_found_error","message":"m"},"request_id":"req_1"}"#,
        "not_found_error"
      ),
      (.messages, #"{"error":{"message":"m","type":"rate_limit_error"},"type":"error"}"#, "rate_limit_error"),
    ] as [(Dialects.Operation, String, String)])
  func bodies(operation: Dialects.Operation, body: String, code: String) {
    let facts = readReply(operation, Array(body.utf8), status: 400)
    #expect(facts.errorCode == code)
    #expect(facts.usage.isEmpty)
    #expect(facts.responseID == nil)
  }

  @Test(
    "inside a stream of status 200 are seen",
    arguments: [
      (.chatCompletions, #"{"error":{"code":"server_error","message":"m"}}"#, "server_error"),
      (.chatCompletions, #"{"id":"x","choices":[{"delta":{},"finish_reason":"error","error":{"code":502}}]}"#, "502"),
      (
        .messages, #"{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}}"#,
        "overloaded_error"
      ),
      (
        .responses, #"{"type":"error","code":"rate_limit_exceeded","message":"m","param":null,"sequence_number":3}"#,
        "rate_limit_exceeded"
      ),
      (.responses, #"{"type":"error","error":{"type":"server_error","code":null}}"#, "server_error"),
      (.responses, #"{"type":"error","message":"m"}"#, "error"),
      (
        .responses,
        #"{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error","message":"m"},"usage":null}}"#,
        "server_error"
      ),
    ] as [(Dialects.Operation, String, String)])
  func streams(operation: Dialects.Operation, event: String, code: String) {
    let facts = readStream(operation, [event])
    #expect(facts.errorCode == code)
    #expect(facts.isTerminal == (event.contains("response.failed")))
  }

  @Test("that are null are none")
  func null() {
    #expect(readReply(.responses, #"{"id":"r","status":"completed","error":null}"#).errorCode == nil)
    #expect(readReply(.chatCompletions, #"{"id":"r","error":null}"#).errorCode == nil)
  }

  @Test("in JSON are read behind the headers of a stream, and streams behind those of JSON")
  func firstByteDecides() {
    let error = #"  {"error":{"code":"x"}}"#
    for framing in [ReplyFraming.json, .serverSentEvents, .opaque] {
      #expect(readReply(.chatCompletions, error, framing: framing).errorCode == "x")
    }
    let events = "\r\n: comment\n\nevent: message\ndata: {\"id\":\"c\"}\n\ndata: [DONE]\n\n"
    #expect(readReply(.chatCompletions, events, framing: .json).responseID == "c")
    #expect(readReply(.chatCompletions, events, framing: .json).isTerminal)
    #expect(readReply(.chatCompletions, events, framing: .opaque) == ReplyFacts())
    #expect(readReply(.chatCompletions, "\u{1F}\u{8B}binary", framing: .opaque) == ReplyFacts())
  }
}
