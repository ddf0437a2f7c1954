import Metering
import Testing

@testable import Dialects

/// Ids of tool calls as servers make them.
@Suite struct ToolCallIDShapeTests {
  @Test(
    "Random ids are distinct",
    arguments: [
      "call_62136357", "call_abcHq81kPz0yTLzB6y9vD4pM", "toolu_01A09q90qw90lq917835lq9",
      "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q",
      "tooluse_9x-ab3_Qm2RJ6-eAy", "D681PevKs", "chatcmpl-tool-0f1d3b6a5f9c4c9d8f6e0b4f7a2c1d3e",
      "get_weather_k88p0m1gmrjc", "call_0_e4b7c2d0-8a8a-4bd5-9f0f-2f5ae1d7a1c0", "function-call-1234567890123",
      "fc_68f0a1b2c3d4e5f60718293a",
    ])
  func random(_ id: String) { #expect(isDistinct(id)) }

  @Test(
    "Ids that are counted, or are made of the tool's name, are not",
    arguments: [
      "", "0", "call_0", "call_12345", "functions.search:3", "functions.base64encode:0", "get_weather", "call_a1",
    ])
  func counted(_ id: String) { #expect(!isDistinct(id)) }

  @Test("A reply's are distinct where each of them is; so it is where there are none")
  func replies() {
    var facts = ReplyFacts()
    #expect(facts.areToolCallIDsDistinct)
    facts.toolCalls = [ToolCall(id: "D681PevKs", name: "f")]
    #expect(facts.areToolCallIDsDistinct)
    facts.toolCalls.append(ToolCall(id: "call_1", name: "f"))
    #expect(!facts.areToolCallIDsDistinct)
  }

  private func isDistinct(_ id: String) -> Bool { ToolCallIDShape.isDistinct(id.utf8.span.bytes) }
}
