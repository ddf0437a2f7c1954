import JSON
import Testing

private let shape = JSONShape(.object(["n": .scalar(Label.number)]))

@Suite("The grammar")
struct GrammarTests {
  @Test(
    "accepts JSON",
    arguments: [
      "{}", "[]", " [ ] ", "0", "-0", "1.5", "1e5", "1E-5", "true", "false", "null", "\"\"", "\t\r\n{} \n",
      #"{"a":1,"a":2}"#, #"[1,[2,[3,{"n":[]}]]]"#, #"{"n":{"n":{"n":0}}}"#, #""\u0000\uD800""#, "[0.0,-1,1e0]",
    ])
  func accepts(document: String) {
    let trace = Trace(document, shape: shape)
    #expect(trace.isDone, "\(trace)")
    #expect(trace == Trace(Array(document.utf8), shape: shape, parts: document.utf8.indices(as: Int.self)))
  }

  @Test(
    "refuses what is none",
    arguments: [
      "", "{", "[", "]", "}", "[}", "{]", "{,}", "[,]", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}",
      "[1 2]", "{\"a\":1 \"b\":2}", "[1:2]", "01", "-", "+1", "1.", ".5", "1e", "1e+", "--1", "0x1", "1a", "tru",
      "nulll",
      "True", "NaN", "Infinity", "[NaN]", "\"", "\"\u{1}\"", "\"\n\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "'a'",
      "{} {}",
      "[] x", "{}}", "/**/{}", "[1]//", "\u{A0}{}",
    ])
  func refuses(document: String) {
    #expect(!Trace(document, shape: shape).isDone)
    #expect(!Trace(Array(document.utf8), shape: shape, parts: document.utf8.indices(as: Int.self)).isDone)
  }

  @Test("goes on behind what is nested deeper than it looks")
  func depth() {
    for opening in ["[", "{\"n\":"] {
      let closing = opening == "[" ? "]" : "}"
      for depth in [JSONReader.depthMax - 1, JSONReader.depthMax, JSONReader.depthMax + 1, 100_000] {
        let inner = #""]}\"\\[{""#
        let deep = String(repeating: opening, count: depth) + inner + String(repeating: closing, count: depth)
        #expect(Trace(deep, shape: shape).isDone)
        let inside = Trace(#"{"x":"# + deep + #","n":7}"#, shape: shape)
        #expect(inside.isDone)
        #expect(inside.events.contains { $0.hasPrefix("number 7") }, "\(depth) of \(opening)")
      }
    }
    #expect(!Trace([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20), shape: shape).isDone)
  }

  @Test("passes over what is deep at every cut")
  func deepCuts() {
    let depth = JSONReader.depthMax - 1
    let document =
      #"{"x":"# + String(repeating: "[", count: depth) + #"[[{"a":"]}\"\\"}],[]]"#
      + String(repeating: "]", count: depth)
      + #","n":7}"#
    let bytes = Array(document.utf8)
    let whole = Trace(bytes, shape: shape)
    #expect(whole.isDone)
    for cut in bytes.indices {
      #expect(Trace(bytes, shape: shape, parts: [0..<cut, cut..<bytes.count]) == whole, "cut at \(cut)")
    }
    let parts = bytes.indices.map { $0..<$0 + 1 }
    #expect(Trace(bytes, shape: shape, parts: parts) == whole)
  }

  @Test("leaves a byte order mark out in front of a document, and nowhere else")
  func byteOrderMark() {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let document = mark + Array(#"{"n":7}"#.utf8)
    #expect(Trace(document, shape: shape).isDone)
    let parts = document.indices.map { $0..<$0 + 1 }
    #expect(Trace(document, shape: shape, parts: parts) == Trace(document, shape: shape))
    #expect(Trace(document, shape: shape).events.contains { $0.hasPrefix("number 7") })
    let one = Array("1".utf8)
    for refused in [mark, mark + mark + one, Array("[".utf8) + mark + Array("1]".utf8), [0xEF, 0xBB] + one] {
      #expect(!Trace(refused, shape: shape).isDone, "\(refused)")
    }
  }

  @Test("agrees with the parser of whole documents on mutated ones")
  func mutations() {
    let seed = UInt64(20_261_123)
    var random = SeededRandom(seed: seed)
    let original = Array(#"{"n":[1,-2.5e3,"a\u00e9\n",true,false,null,{"x":{}}], "m":"\"\\", "k":[[],{}]}"#.utf8)
    let alphabet = Array(#"{}[]:,"\u0e-+.tfn 1a"#.utf8)
    for round in 0..<20_000 {
      var document = original
      for _ in 0...(round % 3) {
        let place = Int(random.next() % UInt64(document.count))
        switch random.next() % 3 {
        case 0: document[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
        case 1: document.remove(at: place)
        default: document.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: place)
        }
      }
      let isStrict = (try? JSONValue.parse(document)) != nil
      let isDone = Trace(document, shape: shape).isDone
      // The parser of whole documents also refuses lone surrogates and names that occur twice.
      let agrees = isStrict ? isDone : !isDone || isOnlyPedantic(document)
      #expect(agrees, "seed \(seed), round \(round): \(String(decoding: document, as: UTF8.self))")
    }
  }

  private func isOnlyPedantic(_ document: [UInt8]) -> Bool {
    do {
      _ = try JSONValue.parse(document)
      return false
    } catch {
      return error.reason.contains("twice") || error.reason.contains("surrogate")
    }
  }
}

extension String.UTF8View {
  /// Each byte as a part of its own.
  func indices(as: Int.Type) -> [Range<Int>] { (0..<count).map { $0..<$0 + 1 } }
}
