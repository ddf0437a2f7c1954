import NIOCore
import Testing

@testable import Gateway

@Suite("The filter of usage chunks")
struct UsageChunkFilterTests {
  private static let content = #"data: {"id":"1","choices":[{"delta":{"content":"hi"}}],"usage":null}"# + "\n\n"
  private static let usage = #"data: {"id":"1","choices":[],"usage":{"prompt_tokens":1}}"# + "\n\n"
  private static let done = "data: [DONE]\n\n"

  private func filtered(_ parts: [String]) -> String {
    var filter = UsageChunkFilter()
    var out = ""
    for part in parts { out += String(buffer: filter.filter(ByteBuffer(string: part))) }
    return out + String(buffer: filter.finish())
  }

  @Test("takes out the chunk that only has usage, and nothing else")
  func takesUsageOut() {
    #expect(filtered([Self.content + Self.usage + Self.done]) == Self.content + Self.done)
  }

  @Test("gives the same whatever the parts are")
  func anySplit() {
    let all = Self.content + Self.usage + Self.content + Self.done
    let expected = Self.content + Self.content + Self.done
    for cut in 0...all.utf8.count {
      #expect(filtered([String(all.prefix(cut)), String(all.dropFirst(cut))]) == expected)
    }
    #expect(filtered(all.map { String($0) }) == expected)
  }

  @Test(
    "leaves what is no usage chunk",
    arguments: [
      #"data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}"# + "\n\n",
      #"data: {"choices":[],"usage":null,"prompt_filter_results":[]}"# + "\n\n",
      #"data: {"choices":[],"moderation":{}}"# + "\n\n",
      ": ping\n\n", "data: not json\n\n", "\n\n", "data: {\"choices\":[],\"usage\":{}}",
    ])
  func leavesOthers(_ event: String) {
    #expect(filtered([event]) == event)
  }

  @Test("understands CRLF")
  func carriageReturns() {
    let usage = Self.usage.replacing("\n", with: "\r\n")
    #expect(filtered([": x\r\n\r\n", usage, "data: [DONE]\r\n\r\n"]) == ": x\r\n\r\ndata: [DONE]\r\n\r\n")
  }

  @Test("takes out the chunk whatever its line ends and its other fields are", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(_ end: String) {
    let content = Self.content.replacing("\n", with: end)
    let usage = ": note\nevent: chunk\nid: 7\n".replacing("\n", with: end) + Self.usage.replacing("\n", with: end)
    let all = content + usage + content
    for cut in 0...all.utf8.count {
      #expect(
        filtered([
          String(decoding: all.utf8.prefix(cut), as: UTF8.self),
          String(decoding: all.utf8.dropFirst(cut), as: UTF8.self),
        ]) == content + content)
    }
  }

  @Test("passes an event that is too large to be held, whole and unchanged")
  func largeEvent() {
    let large = "data: " + String(repeating: "x", count: UsageChunkFilter.eventBytesMax + 10) + "\n\n"
    let cut = large.utf8.count / 2
    #expect(filtered([String(large.prefix(cut)), String(large.dropFirst(cut)), Self.usage]) == large)
  }
}
