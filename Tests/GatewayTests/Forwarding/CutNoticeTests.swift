import Dialects
import Metering
import NIOCore
import Testing

@testable import Gateway

@Suite("The last words of a stream that is cut")
struct CutNoticeTests {
  private static let refusal = Refusal(.budgetCut, "Enough.")

  private func written(
    _ parts: [String], dialect: Dialect, _ operation: Dialects.Operation, _ framing: ReplyFraming
  ) throws -> String {
    var notice = try #require(
      CutNotice(
        Self.refusal, endpoint: Endpoint(dialect: dialect, operation: operation), framing: framing,
        callID: CallID(rawValue: 1)))
    let written = parts.map { String(buffer: notice.take(ByteBuffer(string: $0))) }.joined()
    #expect(notice.isDone)
    return written
  }

  @Test("come behind the event that is under way, wherever its bytes are cut, and nothing comes behind them")
  func events() throws {
    let stream = "id\":1}\n\ndata: {\"b\":2}\n\n"
    let error = #"{"error":{"message":"Enough.","type":"insufficient_quota","param":null,"code":"budget_cut"}}"#
    for cut in 0...stream.utf8.count {
      let text = Array(stream.utf8)
      let parts = [String(decoding: text[..<cut], as: UTF8.self), String(decoding: text[cut...], as: UTF8.self)]
      let whole = try written(parts, dialect: .openai, .chatCompletions, .serverSentEvents)
      #expect(whole == "id\":1}\n\ndata: \(error)\n\n", "\(cut)")
    }
  }

  @Test("are named as an error where the API names its events")
  func named() throws {
    let parts = ["x\r\n\r\n"]
    #expect(
      try written(parts, dialect: .anthropic, .messages, .serverSentEvents).contains("event: error\ndata: {\"type\""))
    #expect(
      try written(parts, dialect: .openai, .responses, .serverSentEvents).contains("event: error\ndata: {\"type\""))
  }

  @Test("are a line where lines are events")
  func lines() throws {
    let whole = try written(["{\"a\":", "1}\n{\"b\":2}\n"], dialect: .ollama, .ollamaChat, .lines)
    #expect(whole == "{\"a\":1}\n{\"error\":\"Enough.\"}\n")
  }

  @Test("are none of binary frames")
  func frames() {
    let endpoint = Endpoint(dialect: .bedrock, operation: .converse)
    #expect(CutNotice(Self.refusal, endpoint: endpoint, framing: .frames, callID: CallID(rawValue: 1)) == nil)
  }
}
