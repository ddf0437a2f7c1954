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

  /// A frame with a payload of so many bytes: its length is what counts here.
  private static func frame(_ payloadBytes: UInt32) -> [UInt8] {
    let length = 16 + payloadBytes
    return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
      + Array(repeating: UInt8(ascii: "x"), count: Int(length) - 4)
  }

  @Test("are a frame that is an exception, behind the frame that is under way, wherever bytes are cut")
  func frames() throws {
    let endpoint = Endpoint(dialect: .bedrock, operation: .converse)
    let stream = Self.frame(3) + Self.frame(0) + Self.frame(300)
    let ends = [0, 19, 35, 351]
    for passed in 0...stream.count {
      for size in [1, 7, 400] {
        var boundary = FrameBoundary()
        for start in stride(from: 0, to: passed, by: size) {
          Array(stream[start..<min(passed, start + size)]).withUnsafeBytes { boundary.pass($0) }
        }
        var notice = try #require(
          CutNotice(
            Self.refusal, endpoint: endpoint, framing: .frames, frames: boundary, callID: CallID(rawValue: 1)))
        var written = stream.prefix(passed)
        for start in stride(from: passed, to: stream.count, by: size) {
          written += Array(
            buffer: notice.take(ByteBuffer(bytes: stream[start..<min(stream.count, start + size)])))
        }
        guard passed < stream.count else { continue }
        let end = try #require(ends.first { $0 >= passed })
        #expect(notice.isDone)
        #expect(written.prefix(end).elementsEqual(stream.prefix(end)), "\(passed) \(size)")
        #expect(String(decoding: written.dropFirst(end), as: UTF8.self).contains("validationException"))
      }
    }
  }

  @Test("are nothing where the bytes that were written are not known")
  func unknownFrames() {
    let endpoint = Endpoint(dialect: .bedrock, operation: .converse)
    #expect(CutNotice(Self.refusal, endpoint: endpoint, framing: .frames, callID: CallID(rawValue: 1)) == nil)
  }
}
