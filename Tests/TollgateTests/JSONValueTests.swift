import Testing

@testable import Tollgate

@Suite("JSON of reports and of the simulated endpoint")
struct JSONValueTests {
  @Test("Objects are written in the order of their members, and read back as the same")
  func order() throws {
    let value: JSONValue = ["b": 1, "a": [nil, true, "é\"\\\n\u{1}"], "c": ["x": .integer(Int128(Int64.max) * 1000)]]
    #expect(value.text == #"{"b":1,"a":[null,true,"é\"\\\n\u0001"],"c":{"x":9223372036854775807000}}"#)
    let read = try #require(JSONValue.parse(value.bytes))
    #expect(read == value)
    #expect(read["c"]["x"].integerValue == Int128(Int64.max) * 1000)
  }

  @Test("What is not JSON is nil", arguments: ["", "{", "nul", "\"", "{\"a\" 1}", "1 2"])
  func malformed(text: String) {
    #expect(JSONValue.parse(text.utf8) == nil)
  }

  @Test("Nesting beyond measure is refused, not followed")
  func depth() {
    #expect(JSONValue.parse(String(repeating: "[", count: 100_000).utf8) == nil)
  }
}
