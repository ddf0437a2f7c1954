import Testing
import Tokenizers

@Suite("o200k and cl100k are what tiktoken has")
struct TiktokenTests {
  static let vectors = Result { try Vector.all() }

  @Test("Whole texts have tiktoken's count")
  func counts() throws {
    let vectors = try Self.vectors.get()
    #expect(vectors.count > 300)
    for vector in vectors {
      #expect(Tokenizer.o200k.count(vector.text.span.bytes) == vector.o200k, "\(hexadecimal(vector.text))")
      #expect(Tokenizer.cl100k.count(vector.text.span.bytes) == vector.cl100k, "\(hexadecimal(vector.text))")
    }
  }

  @Test("A counter that is fed byte by byte, or cut anywhere, has the same count")
  func parts() throws {
    var generator = SeededGenerator(seed: 20)
    for vector in try Self.vectors.get().prefix(2_000) {
      #expect(count(.o200k, vector.text) { 1 } == vector.o200k, "\(hexadecimal(vector.text))")
      #expect(count(.cl100k, vector.text) { Int.random(in: 1...40, using: &generator) } == vector.cl100k)
    }
  }

  @Test("A counter goes on over many blocks of text")
  func longText() throws {
    var generator = SeededGenerator(seed: 21)
    let text = Array(try Self.vectors.get().prefix(300).map(\.text).joined())
    for tokenizer in Tokenizer.allCases {
      let whole = tokenizer.count(text.span.bytes)
      for _ in 0..<5 {
        #expect(count(tokenizer, text) { Int.random(in: 1...3_000, using: &generator) } == whole)
      }
    }
  }

  private func count(_ tokenizer: Tokenizer, _ text: [UInt8], bytes: () -> Int) -> Int64 {
    var counter = TokenCounter(tokenizer)
    var offset = 0
    while offset < text.count {
      let end = min(text.count, offset + bytes())
      counter.append(text.span.bytes.extracting(offset..<end))
      offset = end
    }
    let open = counter.tally
    counter.endText()
    #expect(counter.tally == open, "the count so far is that of a text that ends here")
    return counter.tally.tokens
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.prefix(200).map { String($0, radix: 16) }.joined(separator: " ")
  }
}
