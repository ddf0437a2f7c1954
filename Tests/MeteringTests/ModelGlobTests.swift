import Testing

@testable import Metering

@Suite("Patterns of model ids")
struct ModelGlobTests {
  @Test("A star is any run of bytes, a hash one digit, everything else itself")
  func matches() {
    let cases: [(String, String, Bool)] = [
      ("gpt-5", "gpt-5", true), ("gpt-5", "gpt-5.1", false), ("gpt-5*", "gpt-5", true), ("gpt-5*", "gpt-5.1", true),
      ("*moderation*", "omni-moderation-latest", true), ("*moderation*", "moderation", true), ("a*b*c", "abbbc", true),
      ("a*b*c", "acb", false), ("x-####-##-##", "x-2026-01-31", true), ("x-####-##-##", "x-2026-1-31", false),
      ("x-#", "x-a", false), ("*", "", true), ("", "", true), ("", "a", false), ("**", "é", true), ("a#*", "a1é", true),
      ("*a", "aaab", false), ("*aab", "aaaab", true),
    ]
    for (glob, id, expected) in cases { #expect(ModelGlob(glob).matches(id) == expected, "\(glob) \(id)") }
  }

  @Test("Random patterns match what a plain recursion matches")
  func matchesLikeRecursion() {
    let seed: UInt64 = 7
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let glob = text(of: "ab1*#", upTo: 6, &random)
      let id = text(of: "ab12", upTo: 7, &random)
      #expect(
        ModelGlob(glob).matches(id) == plainMatch(Array(glob)[...], Array(id)[...]), "seed \(seed): \(glob) \(id)")
    }
  }

  @Test("The shortest common id is the shortest that both match")
  func findsTheShortestCommonID() {
    let seed: UInt64 = 11
    var random = SeededGenerator(seed: seed)
    let ids = allTexts(of: ["a", "1"], upTo: 6)
    for _ in 0..<1500 {
      let first = text(of: "a1*#", upTo: 4, &random)
      let second = text(of: "a1*#", upTo: 4, &random)
      let shortest = ids.first { ModelGlob(first).matches($0) && ModelGlob(second).matches($0) }?.count
      #expect(
        ModelGlob(first).shortestCommonID(with: ModelGlob(second)) == shortest, "seed \(seed): \(first) \(second)")
    }
  }

  private func text(of letters: String, upTo length: Int, _ random: inout SeededGenerator) -> String {
    String((0..<Int.random(in: 0...length, using: &random)).compactMap { _ in letters.randomElement(using: &random) })
  }

  /// Shorter ones first.
  private func allTexts(of letters: [String], upTo length: Int) -> [String] {
    var layer = [""]
    var texts = layer
    for _ in 0..<length {
      layer = layer.flatMap { text in letters.map { text + $0 } }
      texts += layer
    }
    return texts
  }

  private func plainMatch(_ glob: ArraySlice<Character>, _ id: ArraySlice<Character>) -> Bool {
    guard let symbol = glob.first else { return id.isEmpty }
    if symbol == "*" {
      return plainMatch(glob.dropFirst(), id) || (!id.isEmpty && plainMatch(glob, id.dropFirst()))
    }
    guard let letter = id.first, symbol == "#" ? letter.isNumber : symbol == letter else { return false }
    return plainMatch(glob.dropFirst(), id.dropFirst())
  }
}
