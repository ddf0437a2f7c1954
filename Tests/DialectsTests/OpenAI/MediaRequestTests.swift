import Dialects
import Metering
import Testing

@Suite("Requests for images, speech and videos")
struct MediaRequestTests {
  @Test("for images fix their number, size and quality")
  func images() {
    let facts = readRequest(
      .images,
      #"{"model":"dall-e-3","prompt":"abcde","n":2,"size":"1792x1024","quality":"hd","stream":true,"resolution":"2k"}"#)
    #expect(facts.usage == cells([.outputImages: 2]))
    #expect(facts.context.size == "1792x1024")
    #expect(facts.context.quality == "hd")
    #expect(facts.context.resolution == "2k")
    #expect(facts.promptTextBytes == 5)
    #expect(facts.wantsStream)
    #expect(readRequest(.images, #"{"prompt":"a","size":"auto"}"#).usage == cells([.outputImages: 1]))
    #expect(readRequest(.images, #"{"prompt":"a","size":"auto"}"#).context.size == nil)
  }

  @Test(
    "for speech are billed by their characters",
    arguments: [
      (#""abc""#, 3), (#""Grüße""#, 5), (#""日本語""#, 3), (#""😀""#, 1), (#""\ud83d\ude00\u00fc\n""#, 3), (#""""#, 0),
      (#""\ud83d""#, 1), ("7", 0),
    ] as [(String, Int64)])
  func speech(input: String, characters: Int64) {
    let body = Array(#"{"model":"tts-1","input":\#(input),"voice":"alloy","stream_format":"sse"}"#.utf8)
    for cut in [Cut.whole, .bytes, .random(1)] {
      let facts = readRequest(.speech, body, cut)
      #expect(facts.usage == cells([.inputCharacters: characters]))
      #expect(facts.model == "tts-1")
      #expect(facts.wantsStream)
    }
  }

  @Test("for long speech count every character, though none is kept")
  func longSpeech() {
    let text = String(repeating: "aé😀", count: 1000)
    let facts = readRequest(.speech, Array(#"{"text":"\#(text)"}"#.utf8), .random(3))
    #expect(facts.usage == cells([.inputCharacters: 3000]))
    #expect(facts.promptTextBytes == 7000)
  }

  @Test("for videos say the resolution by their size")
  func videos() {
    #expect(readRequest(.videos, #"{"model":"sora-2","size":"720x1280"}"#).context.resolution == "720p")
    #expect(readRequest(.videos, #"{"model":"g","resolution":"480p"}"#).context.resolution == "480p")
    for size in ["720", "x", "1x2x3", "axb", "99999999x1", ""] {
      #expect(readRequest(.videos, #"{"size":"\#(size)"}"#).context.resolution == nil)
    }
    #expect(readRequest(.videos, #"{"size":"720x1280"}"#).usage.isEmpty)
  }
}
