import Testing

@testable import Tokenizers

@Suite("The ways to merge a piece agree")
struct MergeTests {
  @Test("Short pieces: the array, the window and the heap")
  func short() {
    var generator = SeededGenerator(seed: 23)
    for _ in 0..<1_500 {
      let piece = piece(length: Int.random(in: 2...ShortMerge.bytesMax, using: &generator), &generator)
      for vocabulary in [Vocabulary.o200k, .cl100k] {
        piece.withUnsafeBufferPointer { bytes in
          guard let base = bytes.baseAddress else { return }
          var window = MergeWindow(vocabulary)
          let tokens = ShortMerge.count(base, count: bytes.count, in: vocabulary)
          #expect(window.merge(base, count: bytes.count) == tokens, "\(piece)")
          #expect(HeapMerge.count(base, count: bytes.count, in: vocabulary) == tokens, "\(piece)")
        }
      }
    }
  }

  @Test("Long pieces: windows with seams, and the heap")
  func long() {
    var generator = SeededGenerator(seed: 24)
    for _ in 0..<60 {
      let piece = piece(length: Int.random(in: 900...6_000, using: &generator), &generator)
      piece.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        let tokens = HeapMerge.count(base, count: bytes.count, in: .o200k)
        #expect(LongMerge.count(base, count: bytes.count, in: .o200k) == tokens, "\(piece.prefix(80))")
      }
    }
  }

  private func piece(length: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    let alphabets = ["a", "ab", "etaoin", "abcdefghijklmnopqrstuvwxyz", "=", "的一是不了", "abAB", " "]
    let alphabet = Array((alphabets.randomElement(using: &generator) ?? "a").utf8)
    return (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
  }
}
