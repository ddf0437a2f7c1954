import Testing

@testable import Tokenizers

@Suite("Counting tokens")
struct TokenizerTests {
  @Test(
    "Texts whose count is known from tiktoken's documentation and by hand",
    arguments: [
      ("", 0), ("hello world", 2), ("tiktoken is great!", 6), ("Hello, World!", 4), ("1234567", 3), ("a\n\n\nb", 3),
    ])
  func known(text: String, tokens: Int64) {
    #expect(Tokenizer.o200k.count(Array(text.utf8).span.bytes) == tokens)
  }

  @Test("Whatever the bytes, tokens are at most bytes, and nothing traps")
  func hostile() {
    var generator = SeededGenerator(seed: 22)
    for round in 0..<400 {
      let length = Int.random(in: 0...300, using: &generator)
      let alphabet: [UInt8] = round % 2 == 0 ? Array(0...255) : [0x20, 0x27, 0x73, 0xC3, 0xE4, 0xF0, 0x80, 0xBF, 0x0A]
      let text = (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      for tokenizer in Tokenizer.allCases {
        let tally = tokenizer.tally(text.span.bytes)
        #expect(tally.bytes == Int64(length) && tally.tokens <= length && (length == 0 || tally.tokens > 0))
        var counter = TokenCounter(tokenizer)
        for byte in text { counter.append([byte].span.bytes) }
        #expect(counter.tally == tally)
      }
    }
  }

  @Test("A limit ends the count as soon as it is passed")
  func upTo() {
    let text = Array(String(repeating: "hello world ", count: 100).utf8)
    #expect(Tokenizer.o200k.count(text.span.bytes, upTo: 1_000) == Tokenizer.o200k.count(text.span.bytes))
    #expect(Tokenizer.o200k.count(text.span.bytes, upTo: 201) == 201)
    #expect(Tokenizer.o200k.count(text.span.bytes, upTo: 200) == nil)
    #expect(Tokenizer.o200k.count(text.span.bytes, upTo: 0) == nil)
  }

  @Test("A piece without an end is counted in blocks, each at most three tokens off")
  func longPiece() {
    for unit in ["a", "=", "中", "xyz", " "] {
      let text = Array(String(repeating: unit, count: 120_000 / unit.utf8.count).utf8)
      var counter = TokenCounter(.o200k)
      var offset = 0
      while offset < text.count {
        counter.append(text.span.bytes.extracting(offset..<min(text.count, offset + 700)))
        offset += 700
      }
      let whole = Tokenizer.o200k.count(text.span.bytes)
      let blocks = Int64(text.count / TokenCounter.pieceBytesMax + 1)
      #expect(abs(counter.tally.tokens - whole) <= 3 * blocks, "\(unit)")
    }
  }

  @Test("Pieces are told by what they consist of")
  func kinds() {
    let text = "Hello WORLD 123 !? 中文 слово\n\n"
    let tally = Tokenizer.o200k.tally(Array(text.utf8).span.bytes)
    #expect(tally.bytes(.word) == 5 && tally.bytes(.capitals) == 6 && tally.bytes(.digits) == 3)
    #expect(tally.bytes(.symbols) == 3 && tally.bytes(.eastAsian) == 7 && tally.bytes(.otherLetters) == 11)
    #expect(tally.bytes(.blanks) == 3)
  }
}
