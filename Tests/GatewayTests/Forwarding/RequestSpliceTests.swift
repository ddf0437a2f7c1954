import Dialects
import NIOCore
import Testing

@testable import Gateway

@Suite("Asking for the usage of a stream")
struct RequestSpliceTests {
  private func spliced(_ body: String, operation: Dialects.Operation = .chatCompletions) -> String? {
    let endpoint = Endpoint(dialect: .openai, operation: operation)
    var reader = RequestReader(endpoint: endpoint)
    let buffer = ByteBuffer(string: body)
    buffer.withUnsafeReadableBytes { reader.consume($0.bytes) }
    guard let splice = RequestSplice.askingForUsage(of: buffer, facts: reader.finish(), endpoint: endpoint) else {
      return nil
    }
    return RequestSplice.apply([splice], to: buffer).map { String(buffer: $0) }
  }

  @Test(
    "changes just what is needed",
    arguments: [
      (
        #"{"model":"m","stream":true}"#,
        #"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#
      ),
      (
        #"{"model":"m","stream":true,"stream_options":{}}"#,
        #"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#
      ),
      (
        #"{"stream":true,"stream_options": { "include_obfuscation":false } }"#,
        #"{"stream":true,"stream_options": {"include_usage":true, "include_obfuscation":false } }"#
      ),
      (
        #"{"stream":true,"stream_options":{"include_usage":false}}"#,
        #"{"stream":true,"stream_options":{"include_usage":true}}"#
      ),
      (
        #"{"stream":true,"stream_options":null}"#,
        #"{"stream":true,"stream_options":{"include_usage":true}}"#
      ),
    ])
  func changes(_ body: String, _ expected: String) {
    #expect(spliced(body) == expected)
  }

  @Test(
    "leaves a request that needs no change, or that cannot be read for sure",
    arguments: [
      #"{"model":"m"}"#, #"{"stream":false}"#, #"{"stream":true,"stream_options":{"include_usage":true}}"#,
      #"{"stream":true"#, #"[{"stream":true}]"#, "", #"{"stream":true,"stream":true}"#,
      #"{"stream":true,"stream_options":"x"}"#, #"{"stream":true,"stream_options":[1]}"#,
      #"{"stream":true,"stream_options":{"include_usage":5}}"#,
    ])
  func leaves(_ body: String) {
    #expect(spliced(body) == nil)
  }

  @Test("limits the output beside it, whichever stands first")
  func limitsOutput() throws {
    for (body, expected) in [
      (
        #"{"model":"m","stream":true,"max_tokens":9000}"#,
        #"{"stream_options":{"include_usage":true},"model":"m","stream":true,"max_tokens":4096}"#
      ),
      (
        #"{"max_tokens":9000,"stream":true,"stream_options":{}}"#,
        #"{"max_tokens":4096,"stream":true,"stream_options":{"include_usage":true}}"#
      ),
    ] {
      let endpoint = Endpoint(dialect: .openai, operation: .chatCompletions)
      var reader = RequestReader(endpoint: endpoint)
      let buffer = ByteBuffer(string: body)
      buffer.withUnsafeReadableBytes { reader.consume($0.bytes) }
      let facts = reader.finish()
      let usage = try #require(RequestSplice.askingForUsage(of: buffer, facts: facts, endpoint: endpoint))
      let limit = try #require(RequestSplice.limitingOutput(to: 4096, facts: facts))
      #expect(RequestSplice.apply([limit, usage], to: buffer).map { String(buffer: $0) } == expected)
      #expect(RequestSplice.apply([usage, limit], to: buffer).map { String(buffer: $0) } == expected)
    }
  }

  @Test("touches no other API")
  func otherAPIs() {
    #expect(spliced(#"{"stream":true}"#, operation: .responses) == nil)
  }
}
