import Foundation
import JSON
import Ledger
import Metering
import Observability
import Testing

@testable import Control

private func text(_ call: CallRecord) -> String { String(decoding: CallJSON.document(call), as: UTF8.self) }

@Suite struct CallJSONTests {
  @Test("A call has exactly the members of the contract, in order, and nothing is rounded")
  func whole() {
    #expect(
      text(exampleCall()) == #"""
        {"id":"\#(CallID(rawValue: 123_456_789_012_345))","started_at":"2023-11-14T22:13:20.000001Z","provider":"anthropic","dialect":"anthropic","method":"POST","path":"/v1/messages","model_requested":"claude","model":"claude-4","agent":"researcher","workflow":"nightly \"x\"","run":"42","run_source":"tool_call","parent_run":"41","node":"n2","parent_node":"n1","depth":3,"retry":true,"key":null,"team":null,"status":200,"outcome":"ok","stream":true,"usage":{"input":1,"cached_input":262200,"cache_write":{"5m":128,"30m":256,"1h":512,"other":64},"output":1050624,"reasoning":4096,"audio_input":2,"audio_output":8192,"image_input":4,"image_output":16384,"video_input":131072,"video_output":524288},"units":{"web_search":32768,"file_search":65536,"in.audio.time":2097.152,"out.audio.time":4194.304,"audio.time":8388.608,"in.video.time":16777.216,"out.video.time":33554.432,"in.chars":67108864,"in.pages":134217728,"in.pages.annotated":268435456,"in.images":536870912,"out.images":1073741824,"maps_search":2147483648,"social_search":4294967296,"code_execution":8589934592,"rerank":17179869184,"request":34359738368,"container":68719476736,"in.messages":137438953472,"cache_storage":274877906944},"usage_raw":{"input_tokens": 1,
         "x": [1.50, null]},"usage_source":"provider","cost_pico_usd":9007199254740993,"cost_usd":"9007.199254740993","settled_cost_pico_usd":9007199254740993,"reported_cost_pico_usd":9007199254740993,"book_cost_pico_usd":9007199254000000,"debited_pico_usd":9007199254740993,"cost_source":"reported","priced_as":"claude-4","adjustments":[],"billing":"metered","service_tier":"standard","geo":"us","tool_calls":[{"id":"toolu_1","name":"search"}],"server_tool_calls":{"code_execution":1,"web_search":2},"tool_results":3,"finish_reason":"tool_use","error":"overloaded_error","provider_request_id":"req_1","provider_response_id":"msg_1","provider_project":"proj_1","upstream_key_id":"ab12","ttft_ms":500.001,"duration_ms":2000,"overhead_us":87,"request_bytes":1000,"response_bytes":2000,"tools":[],"events":[]}
        """#)
  }

  @Test("A cost has what was booked since, and the settled one stays")
  func adjusted() throws {
    let document = try JSONValue.parse(CallJSON.document(exampleCall(), adjustments: [exampleAdjustment()]))
    #expect(document["cost_pico_usd"] == .number("9005699254740993"))
    #expect(document["cost_usd"] == .string("9005.699254740993"))
    #expect(document["settled_cost_pico_usd"] == .number("9007199254740993"))
    #expect(document["cost_source"] == .string("priced"))
    #expect(document["priced_as"] == .string("claude-4.1"))
    #expect(
      String(decoding: AdjustmentJSON.document(exampleAdjustment()), as: UTF8.self) == #"""
        {"id":7,"booked_at":"2023-11-14T22:15:00.000000Z","effective_at":"2023-11-14T22:13:20.000001Z","kind":"reprice","call":"\#(exampleCall().id)","provider":"anthropic","model":"claude-4","project":"proj_1","agent":"researcher","workflow":"nightly","run":"42","billing":"metered","delta_pico_usd":-1500000000000,"delta_usd":"-1.5","cost_source":"priced","priced_as":"claude-4.1","reason":"the price is known","who":"ann"}
        """#)
  }

  @Test("An unpriced call that got its price has a cost, and was settled without one")
  func repriced() throws {
    var call = exampleCall()
    call.costPicodollars = nil
    call.costSource = .unpriced
    var adjustment = exampleAdjustment()
    adjustment.deltaPicodollars = 12
    let document = try JSONValue.parse(CallJSON.document(call, adjustments: [adjustment]))
    #expect(document["cost_pico_usd"] == .number("12"))
    #expect(document["settled_cost_pico_usd"] == .null)
  }

  @Test("What is not known is null, not zero and not absent")
  func empty() throws {
    let call = CallRecord(
      id: CallID(rawValue: 1), startedAt: Timestamp(unixMicroseconds: 0), provider: "openai", method: "GET",
      path: "/v1/models", agent: "a", workflow: "default")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(CallJSON.document(call))) as? [String: Any])
    let nulls = object.filter { $0.value is NSNull }.keys.sorted()
    #expect(
      nulls == [
        "book_cost_pico_usd", "cost_pico_usd", "cost_usd", "debited_pico_usd", "depth", "dialect", "error",
        "finish_reason", "geo", "key", "model", "model_requested", "node", "parent_node", "parent_run", "priced_as",
        "provider_project", "provider_request_id",
        "provider_response_id",
        "reported_cost_pico_usd", "run", "run_source", "service_tier", "settled_cost_pico_usd", "team", "ttft_ms",
        "upstream_key_id",
        "usage_raw",
      ])
    let full = try #require(
      try JSONSerialization.jsonObject(with: Data(CallJSON.document(exampleCall()))) as? [String: Any])
    #expect(Set(object.keys) == Set(full.keys))
  }

  @Test(
    "A stored usage that is not a JSON object is shown as a text, and cannot break the document",
    arguments: ["{\"a\":1", "}", "{}]", "[1]", "", "1", "{\"a\":1}x", "\u{feff}{}", "{\"a\":\u{1}}", "{'a':1}"])
  func brokenUsage(raw: String) throws {
    var call = exampleCall()
    call.usageRaw = raw
    let document = try JSONValue.parse(CallJSON.document(call))
    #expect(document["usage_raw"] == .string(raw))
  }

  @Test("A page of calls names the cursor of the next one, or null")
  func page() {
    #expect(String(decoding: CallJSON.page([], next: nil), as: UTF8.self) == #"{"rows":[],"next":null}"#)
    let id = CallID(rawValue: 7)
    let page = String(decoding: CallJSON.page([exampleCall()], next: id), as: UTF8.self)
    var row = JSONWriter()
    CallJSON.write(exampleCall(), to: &row)
    #expect(page == "{\"rows\":[\(String(decoding: row.bytes, as: UTF8.self))],\"next\":\"\(id)\"}")
  }
}
