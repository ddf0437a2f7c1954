import Dialects
import Testing

@Suite("How replies end")
struct ReplyEndingTests {
  @Test(
    "is told by the word of the API",
    arguments: [
      // Chat Completions and Completions; Mistral; vendors.
      (.stop, ["stop", "eos"]), (.length, ["length", "model_length"]), (.toolUse, ["tool_calls", "function_call"]),
      (.contentFilter, ["content_filter"]), (.error, ["error"]),
      // Responses, and the realtime API.
      (.stop, ["completed"]), (.error, ["failed"]), (.cancelled, ["cancelled", "client_cancelled", "turn_detected"]),
      (.pending, ["queued", "in_progress"]), (.length, ["max_output_tokens", "incomplete", "max_messages"]),
      (.pause, ["steered"]), (.toolUse, ["requires_action"]),
      // Messages.
      (.stop, ["end_turn", "stop_sequence"]), (.length, ["max_tokens", "model_context_window_exceeded"]),
      (.toolUse, ["tool_use"]),
      (.pause, ["pause_turn"]), (.refusal, ["refusal"]),
      // Google, by word and by number.
      (.stop, ["STOP", "1"]), (.length, ["MAX_TOKENS", "2"]),
      (
        .contentFilter,
        [
          "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "IMAGE_SAFETY",
          "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "3", "4", "6", "7", "8",
        ]
      ),
      (
        .error,
        [
          "OTHER", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
          "MISSING_THOUGHT_SIGNATURE",
          "MALFORMED_RESPONSE", "5", "9",
        ]
      ),
      (.pause, ["CONTINUATION"]),
      // Bedrock, and its families.
      (.contentFilter, ["guardrail_intervened", "content_filtered", "CONTENT_FILTERED"]),
      (.error, ["malformed_model_output", "malformed_tool_use"]), (.stop, ["FINISH", "FINISHED"]),
      (.length, ["LENGTH"]),
      // Cohere.
      (.stop, ["COMPLETE", "STOP_SEQUENCE"]), (.length, ["ERROR_LIMIT"]), (.toolUse, ["TOOL_CALL"]),
      (.error, ["ERROR", "TIMEOUT"]),
      (.contentFilter, ["ERROR_TOXIC"]),
      (.other, ["", "something_new"]),
    ] as [(ReplyEnding, [String])])
  func words(ending: ReplyEnding, words: [String]) {
    for word in words { #expect(ReplyEnding(finishReason: word) == ending, "\(word)") }
  }

  @Test("is a refusal where the model says so in a member of its own")
  func refusals() {
    let chat =
      #"{"id":"c","choices":[{"index":0,"finish_reason":"stop","message":{"content":null,"refusal":"I'm sorry"}}]}"#
    #expect(readReply(.chatCompletions, chat).ending == .refusal)
    let none = #"{"id":"c","choices":[{"index":0,"finish_reason":"stop","message":{"content":"x","refusal":null}}]}"#
    #expect(readReply(.chatCompletions, none).ending == .stop)
    let response =
      #"{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"I'm sorry"}]}]}"#
    #expect(readReply(.responses, response).ending == .refusal)
    let streamed = readStream(
      .responses,
      [
        #"{"type":"response.refusal.delta","delta":"I'm"}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"refusal","refusal":"I'm"}]}}"#,
        #"{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}"#,
      ])
    #expect(streamed.ending == .refusal)
    let message = #"{"id":"m","type":"message","content":[],"stop_reason":"refusal"}"#
    #expect(readReply(.messages, message).ending == .refusal)
  }

  @Test("is an error inside a 200, a filter, a limit, or missing")
  func failures() {
    let overloaded = readStream(
      .messages,
      [
        #"{"type":"message_start","message":{"id":"m","content":[]}}"#,
        #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
      ])
    #expect(overloaded.ending == .error)
    let router = readStream(
      .chatCompletions,
      [#"{"error":{"code":502,"message":"m"},"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#])
    #expect(router.ending == .error)
    let failed = readStream(
      .responses,
      [#"{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error"}}}"#])
    #expect(failed.ending == .error)
    let cut = readStream(
      .responses,
      [
        #"{"type":"response.incomplete","response":{"id":"r","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"#
      ])
    #expect(cut.ending == .length)
    let broken = readStream(.messages, [#"{"type":"message_start","message":{"id":"m","content":[]}}"#])
    #expect(broken.ending == .missing)
    let queued = #"{"id":"r","status":"queued","background":true,"output":[]}"#
    #expect(readReply(.responses, queued).ending == .pending)
    let blocked = Array(
      #"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":4}}"#.utf8)
    var reader = ReplyReader(
      endpoint: Endpoint(dialect: .gemini, operation: .generateContent), status: 200, framing: .json)
    reader.consume(blocked.span.bytes)
    #expect(reader.finish().ending == .contentFilter)
    let azure = #"{"error":{"code":"content_filter","message":"m","status":400}}"#
    #expect(readReply(.chatCompletions, Array(azure.utf8), status: 400).ending == .contentFilter)
  }

  @Test("tells whether there was anything in it")
  func content() {
    let empty = #"{"id":"c","choices":[{"index":0,"finish_reason":"stop","message":{"content":""}}]}"#
    #expect(!readReply(.chatCompletions, empty).hasContent)
    let some = #"{"id":"c","choices":[{"index":0,"finish_reason":"stop","message":{"content":"x"}}]}"#
    #expect(readReply(.chatCompletions, some).hasContent)
  }
}
