import JSON
import Testing

private let shape = JSONShape(
  .object(
    Label.root,
    [
      "model": .text(Label.text),
      "kind": .word(Label.word, of: ["first", "second", "a word of exactly thirty-two by."]),
      "content": JSONPattern.stringSize(Label.size).orArray(of: .object(["text": .stringSize(Label.size)])),
      "tools": .size(Label.size),
      "n": .scalar(Label.number),
      "list": .array(Label.list, of: .object(Label.element, ["n": .scalar(Label.number)])),
      "usage": .object(
        Label.kept, keepsBytes: true, ["n": .scalar(Label.number), "deep": .object(["n": .scalar(Label.number)])]),
      "a_member_name_of_thirty_two_byte": .scalar(Label.number),
    ]))

@Suite("The incremental reader")
struct JSONReaderTests {
  @Test("reports what its shape names, and nothing else")
  func reportsShape() {
    let trace = Trace(
      #"{"x":{"model":"no","n":[1,{"n":2}]},"model":"gpt","n":12, "list":[{"n":3},4,{"n":null},[{"n":5}]],"y":[]}"#,
      shape: shape)
    #expect(
      trace.events == [
        "begin root at 0", "text 'gpt' word -1 size 3 44..<49", "number 12 54..<56",
        "begin list at 65", "begin element at 66", "number 3 71..<72", "end element at 73", "element 4 74..<75",
        "begin element at 76", "number null 81..<85", "end element at 86", "begin element at 87", "end element at 96",
        "end list at 97", "end root at 105", "end of document",
      ])
    #expect(trace.isDone)
  }

  @Test(
    "compares names after their escapes are undone",
    arguments: [
      (#"{"\u006dodel":"a"}"#, true), (#"{"mod\u0065l":"a"}"#, true), (#"{"model\u0000":"a"}"#, false),
      (#"{"mode":"a"}"#, false), (#"{"models":"a"}"#, false), (#"{"":"a"}"#, false), (#"{"Model":"a"}"#, false),
      (#"{"a_member_name_of_thirty_two_byte":1}"#, true), (#"{"a_member_name_of_thirty_two_bytes":1}"#, false),
    ])
  func comparesNames(document: String, isKnown: Bool) {
    let trace = Trace(document, shape: shape)
    #expect(trace.events.count == (isKnown ? 4 : 3), "\(trace.events)")
    #expect(trace.isDone)
  }

  @Test(
    "takes as a count only what is exactly one",
    arguments: [
      ("0", 0), ("7", 7), ("9223372036854775807", Int64.max), ("9223372036854775808", nil),
      ("18446744073709551616", nil), ("99999999999999999999999999", nil), ("-1", nil), ("-0", nil), ("1.0", nil),
      ("1e3", nil), ("1E+2", nil), ("0.5e-7", nil),
    ] as [(String, Int64?)])
  func counts(text: String, count: Int64?) {
    let expected = "number \(count.map(String.init) ?? "no count") 5..<\(5 + text.utf8.count)"
    #expect(Trace("{\"n\":\(text)}", shape: shape).events.dropFirst().first == expected)
  }

  @Test(
    "measures text with its escapes undone",
    arguments: [
      (#""""#, 0), (#""abc""#, 3), (#""\n\"\\\/\b\f\r\t""#, 8), (#""\u0041""#, 1), (#""\u00e9""#, 2),
      (#""\u20ac""#, 3), (#""\ud83d\ude00""#, 4), (#""é€😀""#, 9), (#""0123456\"89abcde\n""#, 16),
      (#""aaaaaaa\u00e9bbbbbbb\\""#, 17),
    ])
  func measures(text: String, size: Int) {
    let trace = Trace("{\"content\":\(text)}", shape: shape)
    #expect(trace.events.dropFirst().first?.contains("size \(size) ") == true, "\(trace.events)")
  }

  @Test("measures objects and arrays as they are written")
  func measuresContainers() {
    let trace = Trace(#"{"tools": [ {"a":[1]}, 2 ] ,"content":[{"text":"ab"},{"image":"cd"}]}"#, shape: shape)
    #expect(trace.events[1] == "size container of 16 10..<26")
    #expect(trace.events[2].hasPrefix("size '' word -1 size 2"))
    #expect(trace.events.count == 5)
  }

  @Test("keeps text up to its limit, with lone surrogates replaced")
  func keepsText() {
    #expect(Trace(#"{"model":"a\ud83d\ude00b"}"#, shape: shape).events[1].hasPrefix("text 'a😀b'"))
    #expect(Trace(#"{"model":"\ud83dx"}"#, shape: shape).events[1].hasPrefix("text '\u{FFFD}x'"))
    #expect(Trace(#"{"model":"\udc00\ud83d"}"#, shape: shape).events[1].hasPrefix("text '\u{FFFD}\u{FFFD}'"))
    let long = String(repeating: "x", count: JSONReader.textBytesMax + 1)
    let trace = Trace("{\"model\":\"\(long)\"}", shape: shape)
    #expect(trace.events[1].hasPrefix("text '\(long.dropLast())' word -1 size \(long.count)"))
  }

  @Test("knows words, by their place")
  func knowsWords() {
    for (text, place) in [("first", 0), ("second", 1), ("a word of exactly thirty-two by.", 2), ("third", -1)] {
      #expect(Trace("{\"kind\":\"\(text)\"}", shape: shape).events[1].contains("word \(place) "))
    }
  }

  @Test("keeps an object as it is written, up to its limit")
  func keepsBytes() {
    let trace = Trace(#"{"usage": {"n":1, "deep":{"n":2}, "x":"}"} }"#, shape: shape)
    #expect(trace.events.contains(#"{"n":1, "deep":{"n":2}, "x":"}"}"#))
    let long = String(repeating: "x", count: JSONReader.keptBytesMax)
    #expect(Trace("{\"usage\":{\"x\":\"\(long)\"}}", shape: shape).events.contains("not kept"))
  }

  @Test("reports the same however the document is cut")
  func cuts() {
    let document = Array(
      #"""
       {"model":"g\u0070t-\"4\"\ud83d\ude00","\u006b\u0069nd":"second", "n" : 1234567890123, "usage":{"n":-1.5e+10,"deep":{"n":0}},
       "tools":[{"a":"\\\"\n\u00e9"},[],{},true,false,null,0.25e-3], "content":"lots of \"quoted\" text\n\u20ac and more of it\\",
       "list":[{"n":true},{"n":false},{},[]], "a_member_name_of_thirty_two_byte":17,"x":{"model":{"n":[[[]]]}}}
      """#.utf8)
    let whole = Trace(document, shape: shape)
    #expect(whole.isDone)
    for cut in 0...document.count {
      #expect(Trace(document, shape: shape, parts: [0..<cut, cut..<document.count]) == whole, "cut at \(cut)")
    }
    #expect(Trace(document, shape: shape, parts: document.indices.map { $0..<$0 + 1 }) == whole)
    for seed in UInt64(0)..<200 {
      #expect(Trace(document, shape: shape, parts: randomParts(document.count, seed)) == whole, "seed \(seed)")
    }
  }

  @Test("can be used again after any document")
  func resets() {
    var reader = JSONReader(shape: shape)
    let whole = Array(#"{"model":"a"}"#.utf8)
    for broken in [#"{"model":"#, #"{"usage":{"n":1"#, "nul", "{]", #"{"list":[{"#] {
      for bytes in [Array(broken.utf8), whole] {
        reader.reset()
        var offset = 0
        var events: [JSONEvent] = []
        while true {
          let event = reader.next(bytes.span.bytes, at: &offset)
          events.append(event)
          if event == .needsMore || event == .failed { break }
        }
        #expect(reader.finish() == (bytes == whole))
        if bytes == whole { #expect(events.count == 5) }
      }
    }
  }

  private func randomParts(_ count: Int, _ seed: UInt64) -> [Range<Int>] {
    var random = SeededRandom(seed: seed)
    var parts: [Range<Int>] = []
    var start = 0
    while start < count {
      let end = min(count, start + Int(random.next() % 24) + 1)
      parts.append(start..<end)
      start = end
    }
    return parts
  }
}
