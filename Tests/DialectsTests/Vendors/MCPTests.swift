import Dialects
import Metering
import Testing

@Suite("MCP")
struct MCPTests {
  private func call(_ id: String, _ name: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","arguments":{"name":"no","method":"tools/call"},"_meta":{"progressToken":1}}}"#
  }

  private func result(_ id: String, isError: Bool? = nil) -> String {
    let member = isError.map { #","isError":\#($0)"# } ?? ""
    return
      #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"x","isError":true}],"structuredContent":{"isError":true}\#(member)}}"#
  }

  private func exchange(_ request: String, _ reply: String, framing: ReplyFraming = .json) -> ReplyFacts {
    var facts = readReply(.mcp, .mcp, reply, framing: framing)
    facts.complete(with: readRequest(.mcp, .mcp, request))
    return facts
  }

  @Test("counts a tool's call by its name, with how it ended")
  func calls() {
    let fine = exchange(call("2", "search"), result("2", isError: false))
    #expect(fine.toolCalls == [ToolCall(id: "2", name: "search")])
    #expect(fine.toolOutcomes == [.ok])
    #expect(fine.errorCode == nil)
    #expect(fine.isTerminal)
    let failed = exchange(call(#""a-1""#, "search"), result(#""a-1""#, isError: true))
    #expect(failed.toolCalls == [ToolCall(id: "a-1", name: "search")])
    #expect(failed.toolOutcomes == [.error])
    #expect(failed.errorCode == "tool_error")
    let refused = exchange(
      call("3", "none"), #"{"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"Unknown tool"}}"#)
    #expect(refused.toolOutcomes == [.error])
    #expect(refused.errorCode == "-32602")
  }

  @Test(
    "is a call only by the method `tools/call`",
    arguments: [
      #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      #"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"p"}}"#, "[]", "", "x",
      #"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#,
    ])
  func noCalls(request: String) {
    #expect(exchange(request, result("1", isError: true)).toolCalls.isEmpty)
    #expect(exchange(request, result("1", isError: true)).errorCode == nil)
  }

  @Test("reads an answer among notifications and requests of the server, in any order")
  func events() {
    let before = [
      #"{"method":"notifications/message","params":{"level":"info","data":{"id":7}},"jsonrpc":"2.0"}"#,
      #"{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{"messages":[]}}"#,
      #"{"jsonrpc":"2.0","id":99,"result":{"isError":true}}"#,
    ]
    let after = [#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}"#]
    for events in [before + [result("7")] + after, [result("7")] + before, after + before + [result("7")]] {
      let body = ": ping\r\n\r\n" + events.map { "event: message\r\ndata: \($0)\r\n\r\n" }.joined()
      let facts = exchange(call("7", "search"), body, framing: .serverSentEvents)
      #expect(facts.toolOutcomes == [.ok])
      #expect(facts.errorCode == nil)
      #expect(facts.isTerminal)
    }
    let pending = exchange(call("7", "search"), stream(before), framing: .serverSentEvents)
    #expect(pending.toolOutcomes == [nil])
    #expect(pending.toolCalls.count == 1)
  }

  @Test("counts each call of a list, which the revision of 2025-03-26 allowed")
  func lists() {
    let facts = exchange(
      "[\(call("1", "a")),{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},\(call("2", "b")),\(call("3", "a"))]",
      "[\(result("2", isError: true)),\(result("1"))]")
    #expect(facts.toolCalls.map(\.name) == ["a", "b", "a"])
    #expect(facts.toolOutcomes == [.ok, .error, nil])
  }

  @Test("counts a call once that the server lets go on with more input")
  func inputRequired() {
    let first = exchange(
      call("1", "book"), #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{}}}"#)
    #expect(first.toolCalls.count == 1)
    #expect(first.toolOutcomes == [nil])
    #expect(first.errorCode == nil)
    let second = exchange(
      #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"book","inputResponses":{"a":{}}}}"#,
      #"{"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[]}}"#)
    #expect(second.toolCalls.isEmpty)
    #expect(exchange(call("1", "book"), #"{"id":1,"result":{"resultType":"complete"}}"#).toolOutcomes == [.ok])
  }

  @Test("knows the tool from the header where the body cannot be read")
  func headers() {
    func tools(_ method: String, _ name: String, isComplete: Bool = false) -> [String] {
      var headers = MCPRequestHeaders()
      headers.read(name: "mcp-method", value: method)
      headers.read(name: "mcp-name", value: name)
      var facts = RequestFacts()
      facts.isComplete = isComplete
      headers.complete(&facts)
      return facts.toolCalls.map(\.name)
    }
    #expect(tools("tools/call", "get_weather") == ["get_weather"])
    #expect(tools("tools/call", "=?base64?V2V0dGVyIGbDvHIgS8O2bG4=?=") == ["Wetter für Köln"])
    #expect(tools("tools/call", "=?base64?YQ==?=") == ["a"])
    #expect(tools("tools/list", "get_weather").isEmpty)
    #expect(tools("tools/call", "get_weather", isComplete: true).isEmpty)
    for malformed in ["=?base64?YQ=?=", "=?base64?Y!==?=", "=?base64?YR==?=", "=?base64?/w==?=", "=?base64?Y===?="] {
      #expect(tools("tools/call", malformed) == [""], "\(malformed)")
    }
    #expect(tools("tools/call", "=?base64??=") == [""])
    #expect(tools("tools/call", "=?utf-8?a?=") == ["=?utf-8?a?="])
  }

  @Test("answers a call that is known by its header alone")
  func answersWithoutID() {
    var request = RequestFacts()
    var headers = MCPRequestHeaders()
    headers.read(name: "mcp-method", value: "tools/call")
    headers.read(name: "mcp-name", value: "f")
    headers.complete(&request)
    var facts = readReply(.mcp, .mcp, result("5", isError: true))
    facts.complete(with: request)
    #expect(facts.toolOutcomes == [.error])
  }

  @Test("listens for as long as the client likes")
  func listening() throws {
    let endpoint = try #require(Endpoint.recognise(method: "GET", path: "/mcp", dialect: nil))
    let reader = ReplyReader(endpoint: endpoint, status: 200, framing: .serverSentEvents)
    let isTerminal = reader.isTerminal
    #expect(isTerminal)
    #expect(endpoint == Endpoint(dialect: .mcp, operation: .mcp, streams: true))
  }
}
