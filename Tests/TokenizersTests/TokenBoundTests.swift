import Testing
import Tokenizers

@Suite("The most tokens that a text can be")
struct TokenBoundTests {
  private func census(_ text: [UInt8], parts: Int = .max) -> TextCensus {
    var census = TextCensus()
    var offset = 0
    while offset < text.count {
      let end = offset + min(parts, text.count - offset)
      census.take(text.span.bytes.extracting(offset..<end))
      offset = end
    }
    return census
  }

  @Test("No hostile text has more tokens for Claude, be it written plainly or with escapes")
  func claude() throws {
    let vectors = try Vector.claude()
    #expect(vectors.count > 300)
    for vector in vectors {
      let most = max(vector.o200k - 7, vector.cl100k - 6)
      #expect(TokenBound.tokens(census(vector.text), family: .claude) + 2 >= most)
      let escaped = String(decoding: vector.text, as: UTF8.self).utf16.map { unit in
        "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count) + String(unit, radix: 16)
      }
      let written = census(Array(escaped.joined().utf8))
      #expect(TokenBound.tokens(written, family: .claude47) + 2 >= most)
      #expect(TokenBound.tokens(bytes: Int64(vector.text.count), family: .other) + 2 >= most)
    }
  }

  @Test("Bytes are the bound where a tokenizer only merges bytes")
  func bytes() throws {
    for vector in try Vector.all() {
      let census = census(vector.text)
      #expect(census.bytes == Int64(vector.text.count))
      #expect(TokenBound.tokens(census, family: .o200k) >= vector.o200k)
      #expect(TokenBound.tokens(census, family: .cl100k) >= vector.cl100k)
    }
  }

  @Test("Capitals, bytes beyond ASCII and escapes are told however the text is cut")
  func parts() throws {
    let text = Array(#"Ab CD é中 \u00e9 \\u x\" 😀 ZZZZZZZZZZZ end"#.utf8)
    let whole = census(text)
    #expect(whole.capitals == 14 && whole.beyondASCII == 9 && whole.growth == 8 && whole.unicodeEscapes == 2)
    for vector in try Vector.claude().prefix(100) {
      let whole = census(vector.text)
      for parts in [1, 3, 7, 8, 9, 50] { #expect(census(vector.text, parts: parts) == whole) }
    }
  }

  @Test("No size overflows")
  func extremes() {
    for family in TokenizerFamily.allCases {
      #expect(TokenBound.tokens(bytes: .max, family: family) > 0)
      #expect(TokenBound.tokens(bytes: -1, family: family) == 0)
    }
  }
}
