import JSON
import Testing

@Suite("A whole document")
struct JSONValueTests {
  @Test("keeps numbers as they are written, and members in their order")
  func keepsText() throws {
    let value = try JSONValue.parse(
      Array(#" {"b": 0.10, "a": [1e3, -0, true, false, null, "é\n\u00e9\ud83d\ude00"]} "#.utf8))
    #expect(
      value
        == .object([
          JSONMember(name: "b", value: .number("0.10")),
          JSONMember(
            name: "a",
            value: .array([.number("1e3"), .number("-0"), .bool(true), .bool(false), .null, .string("é\né😀")])),
        ]))
    #expect(value["b"]?.integer == nil)
    #expect(value["a"]?.elements?.count == 6)
  }

  @Test(
    "says what is wrong, and where",
    arguments: [
      ("", 1, 1), ("{", 1, 2), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\":1,\n \"a\":2}", 2, 2), ("nul", 1, 1),
      ("[01]", 1, 3), ("[1.]", 1, 4), ("[-]", 1, 3), ("\"\\x\"", 1, 2), ("\"\\ud800\"", 1, 2), ("\"é\u{1}\"", 1, 3),
      ("[]]", 1, 3), ("\"\\u12\"", 1, 6), ("'a'", 1, 1), ("{1:2}", 1, 2), ("[\"", 1, 2), ("{\"a\" 1}", 1, 6),
    ])
  func saysWhere(text: String, line: Int, column: Int) {
    let error = #expect(throws: JSONError.self) { try JSONValue.parse(Array(text.utf8)) }
    #expect(error?.line == line, "\(String(describing: error))")
    #expect(error?.column == column, "\(String(describing: error))")
  }

  @Test("refuses text that is not UTF-8")
  func refusesInvalidText() {
    #expect(throws: JSONError.self) { try JSONValue.parse([0x22, 0xC3, 0x22]) }
  }

  @Test("goes no deeper than its limit")
  func limitsDepth() throws {
    let depth = JSONValue.depthMax
    _ = try JSONValue.parse(Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8))
    #expect(throws: JSONError.self) { try JSONValue.parse([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)) }
  }
}
