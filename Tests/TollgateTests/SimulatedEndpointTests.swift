import Metering
import Testing

@testable import Tollgate

@Suite("The simulated endpoint")
struct SimulatedEndpointTests {
  private func endpoint(seed: UInt64 = 1, errorsPerThousand: Int = 0) -> SimulatedEndpoint {
    SimulatedEndpoint(
      options: SimulatedEndpoint.Options(seed: seed, errorsPerThousand: errorsPerThousand),
      now: { Timestamp(unixMicroseconds: 1_795_413_600_000_000) })
  }

  private func post(_ endpoint: SimulatedEndpoint, _ path: String, _ body: JSONValue) -> SimulatedReply {
    endpoint.reply(method: "POST", path: path, isAnthropic: path.contains("messages"), body: body.bytes)
  }

  private func json(_ reply: SimulatedReply) throws -> JSONValue { try #require(JSONValue.parse(reply.body)) }

  private func events(_ reply: SimulatedReply) -> [JSONValue] { EventData.values(reply.body) }

  private let question: JSONValue = [["role": "user", "content": "How much is it, and since when?"]]

  private let chatTools: JSONValue = [
    [
      "type": "function",
      "function": [
        "name": "look_up",
        "parameters": [
          "type": "object",
          "properties": ["key": ["type": "string"], "limit": ["type": "integer"], "deep": ["type": "boolean"]],
        ],
      ],
    ]
  ]

  private var messagesTools: JSONValue {
    [["name": "look_up", "input_schema": ["type": "object", "properties": ["key": ["type": "string"]]]]]
  }

  @Test("The same seed and request give the same words; another seed gives others; ids are never the same")
  func determinism() throws {
    let body: JSONValue = ["model": "gpt-5-mini", "messages": question]
    let first = try json(post(endpoint(), "/v1/chat/completions", body))
    let same = endpoint()
    let second = try json(post(same, "/v1/chat/completions", body))
    let third = try json(post(same, "/v1/chat/completions", body))
    let other = try json(post(endpoint(seed: 2), "/v1/chat/completions", body))
    #expect(first == second)
    #expect(second["choices"] == third["choices"])
    #expect(second["id"] != third["id"])
    #expect(first["choices"] != other["choices"])
  }

  @Test(
    "A chat stream says what the whole answer says, and its usage only where it was asked for",
    arguments: [true, false])
  func chatStream(wantsUsage: Bool) throws {
    let body: JSONValue = ["model": "gpt-5-mini", "messages": question, "tools": chatTools]
    let whole = try json(post(endpoint(), "/v1/chat/completions", body))
    let options: JSONValue = .object(
      body.objectValue + [("stream", true), ("stream_options", ["include_usage": .bool(wantsUsage)])])
    let reply = post(endpoint(), "/v1/chat/completions", options)
    let chunks = events(reply)
    #expect(String(decoding: reply.body, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
    let message = NightJobAgent.message(chunks)
    let expected = whole["choices"].arrayValue[0]["message"]
    #expect(message["tool_calls"] == expected["tool_calls"])
    #expect(message["content"].stringValue == (expected["content"].stringValue ?? ""))
    #expect(chunks.last?["usage"] == (wantsUsage ? whole["usage"] : .null))
    #expect(chunks.allSatisfy { $0["object"].stringValue == "chat.completion.chunk" && $0["id"] == chunks[0]["id"] })
  }

  @Test("A Responses stream numbers its events, repeats no text but in its end, and ends with the whole answer")
  func responsesStream() throws {
    let body: JSONValue = ["model": "gpt-5-mini", "input": "Why?", "reasoning": ["effort": "low"]]
    let whole = try json(post(endpoint(), "/v1/responses", body))
    let stream = events(post(endpoint(), "/v1/responses", .object(body.objectValue + [("stream", true)])))
    #expect(stream.map { $0["sequence_number"].integerValue } == (0..<stream.count).map { Int128($0) })
    #expect(stream.first?["type"].stringValue == "response.created")
    #expect(stream.first?["response"]["usage"] == .null)
    #expect(stream.last?["type"].stringValue == "response.completed")
    #expect(stream.last?["response"] == whole)
    let deltas = stream.filter { $0["type"].stringValue == "response.output_text.delta" }
    let text = deltas.compactMap { $0["delta"].stringValue }.joined()
    #expect(whole["output"].arrayValue.last?["content"].arrayValue[0]["text"].stringValue == text)
  }

  @Test("A Messages stream puts together the blocks of the whole answer, with a provisional count at its start")
  func messagesStream() throws {
    let body: JSONValue = [
      "model": "claude-haiku-4-5", "max_tokens": 2000, "messages": question, "tools": messagesTools,
      "thinking": ["type": "enabled", "budget_tokens": 1024],
    ]
    let whole = try json(post(endpoint(), "/v1/messages", body))
    let stream = events(post(endpoint(), "/v1/messages", .object(body.objectValue + [("stream", true)])))
    #expect(ResearcherAgent.content(stream) == whole["content"].arrayValue)
    #expect(stream.first?["message"]["usage"]["output_tokens"].integerValue == 1)
    let end = try #require(stream.first { $0["type"].stringValue == "message_delta" })
    #expect(end["usage"]["output_tokens"] == whole["usage"]["output_tokens"])
    #expect(end["delta"]["stop_reason"] == whole["stop_reason"])
    #expect(stream.last?["type"].stringValue == "message_stop")
  }

  @Test("Reported usage is what was sent: four bytes a token, each part rounded up")
  func honestUsage() throws {
    let reply = try json(
      post(endpoint(), "/v1/messages", ["model": "m", "max_tokens": 4000, "messages": question]))
    let text = try #require(reply["content"].arrayValue[0]["text"].stringValue)
    #expect(reply["usage"]["output_tokens"].integerValue == Int128((text.utf8.count + 3) / 4))
    let message = question.arrayValue[0].text
    #expect(reply["usage"]["input_tokens"].integerValue == Int128((message.utf8.count + 3) / 4))
    let count = try json(post(endpoint(), "/v1/messages/count_tokens", ["model": "m", "messages": question]))
    #expect(count["input_tokens"] == reply["usage"]["input_tokens"])
  }

  @Test("A conversation's beginning is read from the cache the second time, and counts are disjoint")
  func caching() throws {
    let endpoint = endpoint()
    let long = JSONValue.string(String(repeating: "long ", count: 100))
    func usage(_ messages: [JSONValue]) throws -> JSONValue {
      try json(post(endpoint, "/v1/chat/completions", ["model": "m", "messages": .array(messages)]))["usage"]
    }
    let first = try usage([["role": "user", "content": long]])
    let second = try usage([["role": "user", "content": long], ["role": "user", "content": "more"]])
    #expect(first["prompt_tokens_details"]["cached_tokens"] == 0)
    #expect(second["prompt_tokens_details"]["cached_tokens"] == first["prompt_tokens"])

    let system: JSONValue = [["type": "text", "text": long, "cache_control": ["type": "ephemeral", "ttl": "1h"]]]
    let body: JSONValue = ["model": "c", "max_tokens": 100, "system": system, "messages": question]
    let written = try json(post(endpoint, "/v1/messages", body))["usage"]
    let read = try json(post(endpoint, "/v1/messages", body))["usage"]
    let tokens = written["cache_creation_input_tokens"]
    #expect((tokens.integerValue ?? 0) > 100)
    #expect(written["cache_creation"]["ephemeral_1h_input_tokens"] == tokens)
    #expect(written["cache_creation"]["ephemeral_5m_input_tokens"] == 0)
    #expect(read["cache_read_input_tokens"] == tokens)
    #expect(read["cache_creation_input_tokens"] == 0)
    #expect(read["input_tokens"] == written["input_tokens"])
  }

  @Test(
    "A limit of the reply's tokens is kept, between characters, and named as the reason", arguments: [1, 5, 17, 40])
  func limits(limit: Int) throws {
    let chat = try json(
      post(
        endpoint(), "/v1/chat/completions",
        ["model": "m", "messages": question, "tools": chatTools, "max_tokens": .count(limit)]))
    #expect((chat["usage"]["completion_tokens"].integerValue ?? .max) <= Int128(limit))
    if chat["choices"].arrayValue[0]["finish_reason"] == "length" {
      #expect(chat["choices"].arrayValue[0]["message"]["tool_calls"] == .null)
    }
    let response = try json(
      post(endpoint(), "/v1/responses", ["model": "m", "input": "Go on", "max_output_tokens": .count(min(limit, 7))]))
    #expect(response["status"] == "incomplete")
    #expect(response["incomplete_details"]["reason"] == "max_output_tokens")
  }

  @Test("Tools are called as the request's choice says, with arguments that fit the schema")
  func toolChoice() throws {
    func calls(_ choice: JSONValue, parallel: Bool = true) throws -> [JSONValue] {
      let body: JSONValue = [
        "model": "m", "messages": question, "tools": chatTools, "tool_choice": choice,
        "parallel_tool_calls": .bool(parallel),
      ]
      return try json(post(endpoint(), "/v1/chat/completions", body))["choices"].arrayValue[0]["message"]["tool_calls"]
        .arrayValue
    }
    #expect(try calls("none").isEmpty)
    #expect(try calls("required", parallel: false).count == 1)
    for call in try calls("auto") {
      #expect(call["function"]["name"] == "look_up")
      let arguments = try #require(call["function"]["arguments"].stringValue)
      let value = try #require(JSONValue.parse(arguments.utf8))
      #expect(value["key"].stringValue != nil && value["limit"].integerValue != nil && value["deep"].boolValue != nil)
    }
  }

  @Test("A conversation with tools comes to an end")
  func conversationEnds() throws {
    let endpoint = endpoint()
    var messages = question.arrayValue
    for turn in 0..<10 {
      let body: JSONValue = ["model": "m", "messages": .array(messages), "tools": chatTools]
      let choice = try json(post(endpoint, "/v1/chat/completions", body))["choices"].arrayValue[0]
      guard choice["finish_reason"] == "tool_calls" else { return #expect(turn > 0) }
      messages.append(choice["message"])
      messages += choice["message"]["tool_calls"].arrayValue.map {
        ["role": "tool", "tool_call_id": $0["id"], "content": "42"]
      }
    }
    Issue.record("ten turns and no end")
  }

  @Test("Errors have the shape of the API that was called, and a retry can succeed")
  func errors() throws {
    let failing = endpoint(errorsPerThousand: 1000)
    let openAI = post(failing, "/v1/chat/completions", ["model": "m", "messages": question])
    #expect(openAI.status == 429)
    #expect(try json(openAI)["error"]["code"] == "rate_limit_exceeded")
    let anthropic = post(failing, "/v1/messages", ["model": "m", "max_tokens": 1, "messages": question])
    #expect(anthropic.status == 529)
    #expect(try json(anthropic)["error"]["type"] == "overloaded_error")
    #expect(anthropic.headers.contains { $0.name == "x-should-retry" && $0.value == "true" })

    let often = endpoint(errorsPerThousand: 500)
    let statuses = (0..<40).map { _ in post(often, "/v1/chat/completions", ["model": "m", "messages": question]).status
    }
    #expect(Set(statuses) == [200, 429])
  }

  @Test(
    "What is wrong with a request is said with status 400, and an unknown path with 404",
    arguments: [
      ("/v1/chat/completions", "{}", 400), ("/v1/chat/completions", "[", 400), ("/v1/chat/completions", "[]", 400),
      ("/v1/chat/completions", "{\"model\":\"m\"}", 400), ("/v1/responses", "{\"model\":\"m\"}", 400),
      ("/v1/messages", "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[]}", 400),
      ("/v1/messages", "{\"model\":\"m\"}", 400),
      ("/v1/embeddings", "{\"model\":\"m\"}", 400), ("/v1/nothing", "{}", 404), ("/", "", 404),
    ] as [(String, String, Int)])
  func badRequests(path: String, body: String, status: Int) {
    let reply = endpoint().reply(method: "POST", path: path, isAnthropic: false, body: Array(body.utf8))
    #expect(reply.status == status)
    #expect(JSONValue.parse(reply.body)?["error"]["message"].stringValue != nil)
  }

  @Test("Embeddings count each input; models are listed in the caller's own shape, also with a query")
  func otherAPIs() throws {
    let reply = try json(post(endpoint(), "/v1/embeddings", ["model": "e", "input": ["12345678", "1"]]))
    #expect(reply["usage"]["prompt_tokens"] == 3)
    #expect(reply["data"].arrayValue.count == 2)
    let openAI = endpoint().reply(method: "GET", path: "/v1/models?x=1", isAnthropic: false, body: [])
    #expect(try json(openAI)["object"] == "list")
    let anthropic = endpoint().reply(method: "GET", path: "/v1/models", isAnthropic: true, body: [])
    #expect(try json(anthropic)["has_more"] == false)
  }
}
