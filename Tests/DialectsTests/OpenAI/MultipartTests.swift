import Dialects
import Foundation
import Metering
import Testing

/// A form of parts, as a client writes it.
struct FormOfTest {
  var boundary = "----b0undary"
  var parts: [(header: String, value: [UInt8])] = []

  mutating func add(_ name: String, _ value: String) {
    parts.append((#"Content-Disposition: form-data; name="\#(name)""#, Array(value.utf8)))
  }

  mutating func addFile(_ bytes: [UInt8]) {
    parts.append(
      ("Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav", bytes))
  }

  var contentType: String { "multipart/form-data; boundary=\(boundary)" }

  var bytes: [UInt8] {
    parts.flatMap { Array("--\(boundary)\r\n\($0.header)\r\n\r\n".utf8) + $0.value + Array("\r\n".utf8) }
      + Array("--\(boundary)--\r\n".utf8)
  }
}

func readForm(
  _ bytes: [UInt8], contentType: String, operation: Dialects.Operation = .transcription, _ cut: Cut = .whole
) -> RequestFacts {
  var reader = RequestReader(endpoint: Endpoint(dialect: .openai, operation: operation), contentType: contentType)
  for range in cut.ranges(of: bytes.count) { reader.consume(bytes.span.bytes.extracting(range)) }
  return reader.finish()
}

@Suite("Forms")
struct MultipartTests {
  @Test("say model, stream and prompt, whatever file stands among them, at every cut")
  func fields() {
    var form = FormOfTest()
    form.add("model", "whisper-1")
    form.addFile(Array("RIFF\r\n--\r\n----b0\r\n------b0undar\r\n------b0undaryX\r\nend".utf8) + [0, 0xFF, 0x0D])
    form.add("prompt", "Grüße")
    form.add("stream", "true")
    let bytes = form.bytes
    var expected = RequestFacts()
    expected.model = "whisper-1"
    expected.wantsStream = true
    expected.wantsStreamUsage = true
    expected.promptTextBytes = 7
    expected.bodyBytes = Int64(bytes.count)
    expected.isComplete = true
    for cut in 0...bytes.count {
      #expect(readForm(bytes, contentType: form.contentType, .at(cut)) == expected, "cut at \(cut)")
    }
    #expect(readForm(bytes, contentType: form.contentType, .bytes) == expected)
  }

  @Test("of a transcription tell how long a sound is that says so in its head, at every cut")
  func soundLength() {
    func little(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) } }
    let sound = [UInt8](repeating: 0x0D, count: 4_000)
    var wave = Array("RIFF".utf8) + little(36 + sound.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
    wave += little(1, 2) + little(1, 2) + little(500, 4) + little(1_000, 4) + little(2, 2) + little(16, 2)
    wave += Array("data".utf8) + little(sound.count, 4) + sound
    var form = FormOfTest()
    form.addFile(wave)
    form.add("model", "whisper-1")
    let bytes = form.bytes
    for cut in [Cut.whole, .bytes, .random(7), .at(150), .at(200)] {
      let facts = readForm(bytes, contentType: form.contentType, cut)
      #expect(facts.usage == cells([.inputAudioTime: 4_000]), "\(cut)")
      #expect(facts.isComplete)
    }
    #expect(readForm(bytes, contentType: form.contentType, operation: .images).usage[.inputAudioTime] == 0)
    // Of a compressed sound the length would be a guess.
    var compressed = FormOfTest()
    compressed.addFile([0xFF, 0xFB, 0x90, 0x00] + sound)
    #expect(readForm(compressed.bytes, contentType: compressed.contentType).usage.isEmpty)
  }

  @Test("of images fix their number, size and quality")
  func images() {
    var form = FormOfTest()
    form.addFile([1, 2, 3])
    for (name, value) in [("model", "dall-e-2"), ("n", "3"), ("size", "512x512"), ("quality", "auto"), ("prompt", "p")]
    {
      form.add(name, value)
    }
    let facts = readForm(form.bytes, contentType: form.contentType, operation: .images)
    #expect(facts.usage == cells([.outputImages: 3]))
    #expect(facts.context.size == "512x512")
    #expect(facts.context.quality == nil)
    #expect(facts.model == "dall-e-2")
  }

  @Test(
    "are told apart by any boundary that is one",
    arguments: [
      ("multipart/form-data; boundary=abc", "abc"), ("multipart/form-data;boundary=abc", "abc"),
      ("Multipart/Form-Data; charset=utf-8; Boundary=\"a b:c\"", "a b:c"),
      ("multipart/form-data; x=\"boundary=no\"; boundary=yes", "yes"),
      ("multipart/form-data; boundary=\"q\\\"q\"", "q\"q"),
      ("multipart/form-data; boundary=\(String(repeating: "x", count: 70))", String(repeating: "x", count: 70)),
    ])
  func boundaries(contentType: String, boundary: String) {
    var form = FormOfTest(boundary: boundary)
    form.add("model", "m")
    let facts = readForm(form.bytes, contentType: contentType)
    #expect(facts.model == "m")
    #expect(facts.isComplete)
  }

  @Test(
    "without a boundary are passed over",
    arguments: [
      "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"abc",
      "multipart/form-data; boundary=\(String(repeating: "x", count: 71))", "multipart/form-data; boundary=\"a\u{7F}\"",
      "multipart/mixed; boundary=abc", "multipart/form-data; =abc", "multipart/form-data; boundary", "multipart/",
      "multipart/form-data;;boundary=abc",
    ])
  func noBoundary(contentType: String) {
    var form = FormOfTest(boundary: "abc")
    form.add("model", "m")
    let facts = readForm(form.bytes, contentType: contentType)
    #expect(facts.model == nil)
    #expect(!facts.isComplete)
  }

  @Test("are read by their parts' headers however they are written")
  func headers() {
    let text = [
      "preamble\r\n--b \t\r\ncontent-disposition:form-data;name=model\r\nX: y\r\n\r\nm\r\n",
      "--b\r\nContent-Disposition: attachment; name=\"n\"\r\n\r\n2\r\n", "--b\r\n\r\nno name\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"size\r\n\r\nbad quotes\r\n",
      "--b\r\nX-Long: \(String(repeating: "y", count: 5000))\r\nContent-Disposition: form-data; name=size\r\n\r\n1x1\r\n",
      "--b\r\nContent-Disposition: form-data; name=quality\r\n\r\n--b\r\n",
      "Content-Disposition: form-data; name=prompt\r\n\r\n\r\n--b--epilogue\r\n--b\r\n",
    ]
    let facts = readForm(
      Array(text.joined().utf8), contentType: "multipart/form-data; boundary=b", operation: .images)
    #expect(facts.model == "m")
    #expect(facts.choices == 2)
    #expect(facts.context.size == "1x1")
    #expect(facts.context.quality == nil)
    #expect(facts.isComplete)
  }

  @Test("that name a field twice are ambiguous, and values too long for one are none")
  func oddFields() {
    var form = FormOfTest()
    form.add("model", "a")
    form.add("model", "b")
    #expect(readForm(form.bytes, contentType: form.contentType).isAmbiguous)
    var long = FormOfTest()
    long.add("model", String(repeating: "m", count: 257))
    #expect(readForm(long.bytes, contentType: long.contentType).model == nil)
  }

  @Test("without their last boundary, or cut anywhere, are not complete")
  func cut() {
    var form = FormOfTest()
    form.add("model", "m")
    let bytes = form.bytes
    for end in 0..<bytes.count - 2 {
      #expect(!readForm(Array(bytes[..<end]), contentType: form.contentType).isComplete, "\(end)")
    }
    #expect(readForm(Array(bytes.dropLast(2)), contentType: form.contentType).isComplete)
  }

  @Test("of random parts and cuts mean what a plain search for the boundary finds", arguments: UInt64(0)..<400)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let boundary = ["b", "--", "-b-", "aab", "xx--xx"][Int(random.next() % 5)]
    var form = FormOfTest(boundary: boundary)
    // Pieces of delimiters, so that near misses are frequent.
    let pieces = ["\r", "\n", "\r\n", "-", "--", boundary, "\r\n--\(boundary.dropLast())", "x", "\r\r\n--", " "]
    for _ in 0..<random.next() % 5 {
      let value = (0..<random.next() % 12).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
      form.add(["model", "prompt", "size", "file"][Int(random.next() % 4)], value)
    }
    let bytes = form.bytes
    let got = readForm(bytes, contentType: form.contentType, operation: .images, .random(seed))
    let expected = SearchedForm(String(decoding: bytes, as: UTF8.self), boundary: boundary)
    #expect(got.promptTextBytes == expected.fields.filter { $0.name == "prompt" }.reduce(0) { $0 + Int64($1.bytes) })
    #expect(got.isAmbiguous == (Set(expected.names).count < expected.names.count))
    #expect(got.model == expected.fields.last { $0.name == "model" && $0.bytes > 0 }?.value)
    #expect(got.isComplete == expected.isWhole)
    #expect(readForm(bytes, contentType: form.contentType, operation: .images, .bytes) == got)
  }

  @Test("of nothing but noise are passed over")
  func noise() {
    var random = SeededRandom(seed: 5)
    let alphabet = Array("\r\n-b :;=\"\\".utf8) + Array("content-disposition: form-data; name=model".utf8) + [0, 0xFF]
    for _ in 0..<500 {
      let body = (0..<400).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      _ = readForm(body, contentType: "multipart/form-data; boundary=b", .random(random.next()))
    }
  }

  @Test("are told from JSON by the content type")
  func isForm() {
    #expect(RequestReader.isForm(contentType: "multipart/form-data; boundary=x"))
    #expect(RequestReader.isForm(contentType: "MULTIPART/mixed"))
    #expect(!RequestReader.isForm(contentType: "application/json"))
    #expect(!RequestReader.isForm(contentType: nil))
  }
}

/// A form taken apart by splitting the whole text, as no stream could.
private struct SearchedForm {
  var fields: [(name: String, bytes: Int, value: String)] = []
  var isWhole = false

  var names: [String] { fields.map(\.name).filter { $0 != "file" && $0 != "prompt" } }

  init(_ text: String, boundary: String) {
    // Characters of their own for carriage returns and line feeds, which Swift takes for one together.
    var rest = Substring(
      ("\r\n" + text).replacingOccurrences(of: "\r", with: "R").replacingOccurrences(of: "\n", with: "N"))
    let delimiter = "RN--\(boundary)"
    var isFirst = true
    while let (range, isLast) = Self.next(delimiter, in: rest) {
      if !isFirst { add(String(rest[..<range.lowerBound])) }
      isFirst = false
      if isLast {
        isWhole = true
        return
      }
      // The line end behind a delimiter may be the one before the next.
      rest = "RN" + rest[range.upperBound...]
    }
  }

  private mutating func add(_ part: String) {
    // Behind the delimiter's line end, which was put back.
    // An empty field may share its line end with the delimiter.
    let part = part.dropFirst(2) + "RN"
    guard let blank = part.range(of: "RNRN") else { return }
    let header = part[..<blank.lowerBound]
    guard let start = header.range(of: "name=\"") else { return }
    let value = part[blank.upperBound...].dropLast(2).replacingOccurrences(of: "R", with: "\r")
      .replacingOccurrences(of: "N", with: "\n")
    fields.append((String(header[start.upperBound...].prefix { $0 != "\"" }), value.utf8.count, value))
  }

  private static func next(_ delimiter: String, in text: Substring) -> (Range<Substring.Index>, Bool)? {
    var from = text.startIndex
    while let found = text.range(of: delimiter, range: from..<text.endIndex) {
      let behind = text[found.upperBound...]
      if behind.hasPrefix("--") { return (found, true) }
      let blanks = behind.prefix { $0 == " " }
      if behind.dropFirst(blanks.count).hasPrefix("RN") {
        let end = text.index(found.upperBound, offsetBy: blanks.count + 2)
        return (found.lowerBound..<end, false)
      }
      from = text.index(after: found.lowerBound)
    }
    return nil
  }
}
