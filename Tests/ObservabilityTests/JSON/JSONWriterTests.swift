import Observability
import Testing

@Suite struct JSONWriterTests {
  @Test("Objects and arrays nest, with commas where they belong")
  func nesting() {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("empty")
      writer.object { _ in }
      writer.key("list")
      writer.array { writer in
        writer.integer(1)
        writer.array { _ in }
        writer.object { writer in
          writer.key("a")
          writer.bool(true)
          writer.key("b")
          writer.null()
        }
        writer.string("x")
      }
      writer.key("last")
      writer.literal(#"{"raw":1}"#)
    }
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"empty":{},"list":[1,[],{"a":true,"b":null},"x"],"last":{"raw":1}}"#)
  }

  @Test("Numbers are exact, beyond what a double holds")
  func numbers() {
    var writer = JSONWriter()
    writer.array { writer in
      writer.integer(Int128.max)
      writer.integer(Int64.min)
      writer.integer(Int64?.none)
      writer.decimal(9_007_199_254_740_993, fractionDigits: 3)
      writer.decimal(nil, fractionDigits: 3)
    }
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == "[170141183460469231731687303715884105727,-9223372036854775808,null,9007199254740.993,null]")
  }

  @Test("Every control character is escaped, and other text is left as it is")
  func strings() {
    var writer = JSONWriter()
    writer.string("\"\\\n\r\t\u{0}\u{1f}\u{7f}/é🜁")
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #""\"\\\n\r\t\u0000\u001f\u007f/é🜁""#)
  }
}
