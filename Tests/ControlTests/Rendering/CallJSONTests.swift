import Foundation
import JSON
import Metering
import Testing

@testable import Control

private func text(_ call: CallRecord) -> String { String(decoding: CallJSON.document(call), as: UTF8.self) }

@Suite struct CallJSONTests {
  @Test("A call has exactly the members of the contract, in order, and nothing is rounded")
  func whole() {
    #expect(
      text(exampleCall()) == #"""
        {"id":"\#(CallID(rawValue: 123_456_789_012_345))","started_at":"2023-11-14T22:13:20.000001Z","provider":"anthropic","dialect":"anthropic","method":"POST","path":"/v1/messages","model_requested":"claude","model":"claude-4","agent":"researcher","workflow":"nightly \"x\"","run":"42","status":200,"outcome":"ok","stream":true,"usage":{"input":1,"cached_input":56,"cache_write":{"5m":128,"30m":256,"1h":512,"other":64},"output":2048,"reasoning":4096,"audio_input":2,"audio_output":8192,"image_input":4,"image_output":16384},"usage_raw":{"input_tokens": 1,
         "x": [1.50, null]},"usage_source":"provider","cost_pico_usd":9007199254740993,"cost_usd":"9007.199254740993","debited_pico_usd":9007199254740993,"cost_source":"priced","priced_as":"claude-4","billing":"metered","service_tier":"standard","geo":"us","tool_calls":[{"id":"toolu_1","name":"search"}],"server_tool_calls":{"code_execution":1,"web_search":2},"tool_results":3,"finish_reason":"tool_use","error":"overloaded_error","provider_request_id":"req_1","provider_response_id":"msg_1","provider_project":"proj_1","upstream_key_id":"ab12","ttft_ms":500.001,"duration_ms":2000,"overhead_us":87,"request_bytes":1000,"response_bytes":2000}
        """#)
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
        "cost_pico_usd", "cost_usd", "debited_pico_usd", "dialect", "error", "finish_reason", "geo", "model",
        "model_requested", "priced_as", "provider_project", "provider_request_id", "provider_response_id", "run",
        "service_tier", "ttft_ms", "upstream_key_id", "usage_raw",
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
    #expect(page == "{\"rows\":[\(text(exampleCall()))],\"next\":\"\(id)\"}")
  }
}
