import Testing

@testable import Tokenizers

@Suite("Tokens of images, sounds and files")
struct MediaTests {
  private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
      for place in 0..<4 {
        text.append(start + place <= bytes.count ? digits[group >> (18 - 6 * place) & 63] : "=")
      }
    }
    return text
  }

  private func item(_ text: String, parts: Int = .max) -> MediaItem {
    var media = MediaText()
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let end = offset + min(parts, bytes.count - offset)
      media.take(bytes.span.bytes.extracting(offset..<end))
      offset = end
    }
    return media.item
  }

  private static let png: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
    + [0, 0, 0x03, 0x20, 0, 0, 0x02, 0x58, 8, 6, 0, 0, 0]
  private static let gif: [UInt8] = Array("GIF89a".utf8) + [0x20, 0x03, 0x58, 0x02, 0, 0, 0, 0]
  /// A thumbnail's segment of 300 bytes, in which another size stands, before the frame.
  private static let jpeg: [UInt8] =
    [0xFF, 0xD8, 0xFF, 0xE1, 0x01, 0x2C] + [UInt8](repeating: 0xC0, count: 298)
    + [0xFF, 0xC4, 0, 4, 1, 1, 0xFF, 0xC2, 0, 17, 8, 0x02, 0x58, 0x03, 0x20, 3]
  private static let lossy: [UInt8] =
    Array("RIFF....WEBPVP8 ....".utf8) + [0, 0, 0, 0x9D, 0x01, 0x2A, 0x20, 0x03, 0x58, 0x02, 0, 0]
  private static let lossless: [UInt8] =
    Array("RIFF....WEBPVP8L....".utf8) + [0x2F, 0x1F, 0xC3, 0x95, 0x00] + [UInt8](repeating: 0, count: 10)
  private static let extended: [UInt8] =
    Array("RIFF....WEBPVP8X....".utf8) + [0, 0, 0, 0, 0x1F, 0x03, 0x00, 0x57, 0x02, 0x00, 0, 0]

  @Test(
    "The size of an image is read from its own header, however its base64 is cut",
    arguments: [png, gif, jpeg, lossy, lossless, extended])
  func sizes(file: [UInt8]) {
    let text = base64(file + [UInt8](repeating: 7, count: 60))
    for parts in [1, 2, 5, 64, .max] {
      #expect(item(text, parts: parts) == .image(width: 800, height: 600))
      #expect(item("data:image/png;base64," + text, parts: parts) == .image(width: 800, height: 600))
    }
  }

  @Test("Files and sounds are told too; addresses are not fetched")
  func others() {
    #expect(item(base64(Array("%PDF-1.7\n".utf8) + [UInt8](repeating: 0, count: 291))) == .pdf(bytes: 300))
    let wave = Array("RIFF....WAVEfmt ".utf8) + [16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0x00, 0x7D, 0, 0]
    #expect(item(base64(wave + [UInt8](repeating: 0, count: 31_968))) == .audio(milliseconds: 1_000))
    for address in ["https://example.com/a.png", "http://h/i", "gs://bucket/o", "s3://b/o", "file-abc123"] {
      #expect(item(address) == .remote)
    }
    #expect(item(base64([UInt8](repeating: 1, count: 300))) == .unknown(bytes: 300))
  }

  @Test("Whatever the bytes, nothing traps and sizes stay within reason")
  func hostile() {
    var generator = SeededGenerator(seed: 31)
    for file in [Self.png, Self.gif, Self.jpeg, Self.lossy, Self.lossless, Self.extended] {
      for _ in 0..<300 {
        var damaged = file
        for _ in 0..<4 {
          damaged[Int.random(in: 4..<file.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        let item = item(base64(damaged))
        for family in TokenizerFamily.allCases {
          let tokens = MediaTokens(of: item, family: family, model: "gpt-5.2")
          #expect(tokens.expected >= 0 && tokens.expected < 1 << 40)
        }
      }
    }
  }

  /// Worked out by hand from the providers' pages.
  @Test(
    "Images count what the providers' formulas say",
    arguments: [
      ("gpt-4o", 1024, 1024, 765), ("gpt-4o", 2048, 4096, 1105), ("gpt-4o-mini", 512, 512, 8500),
      ("gpt-5", 1024, 1024, 630), ("o3", 512, 512, 225), ("gpt-4.1-mini", 1024, 1024, 1659),
      ("gpt-5.2", 1024, 1024, 1229), ("claude-opus-4-5", 1000, 1000, 1296), ("claude-opus-4-5", 4000, 4000, 1568),
      ("claude-opus-4-8", 2000, 2000, 4784), ("gemini-2.5-pro", 300, 300, 258), ("gemini-2.5-pro", 1000, 1000, 1032),
      ("gemini-3-pro", 1000, 1000, 1120),
    ] as [(String, Int64, Int64, Int64)])
  func formulas(model: String, width: Int64, height: Int64, tokens: Int64) {
    let family = TokenizerFamily(model: model)
    let counted = MediaTokens(of: .image(width: width, height: height), family: family, model: model)
    #expect(counted.expected == tokens)
    #expect(counted.bound ?? 0 >= tokens)
  }

  @Test("What is fetched elsewhere has no bound, and an unknown size is the greatest one")
  func bounds() {
    #expect(MediaTokens(of: .remote, family: .o200k, model: "gpt-4o").bound == nil)
    #expect(MediaTokens(of: .pdf(bytes: 100), family: .claude, model: nil).bound == nil)
    let unknown = MediaTokens(of: .image(width: 0, height: 0), family: .claude, model: nil)
    #expect(unknown.bound == 1568)
    let isMeasured = MediaTokens(of: .audio(milliseconds: 10_000), family: .gemma, model: nil)
    #expect(isMeasured.expected == 320 && isMeasured.bound ?? 0 >= 320)
    let compressed = MediaTokens(of: .audio(milliseconds: 10_000, isExact: false), family: .gemma, model: nil)
    #expect(compressed.expected == 320 && compressed.bound == nil)
    #expect(MediaTokens(of: .image(width: 1, height: 1), family: .other, model: "ours").bound == nil)
    // 960 x 540 is six squares by one page of Gemini's, and two by the other.
    let gemini = MediaTokens(of: .image(width: 960, height: 540), family: .gemma, model: "gemini-2.5-pro")
    #expect(gemini.expected == 516 && gemini.bound == 1548)
  }

  @Test("An image in low detail is the base of OpenAI's formula, or fits into 512 pixels; others know no detail")
  func low() {
    let image = MediaItem.image(width: 2048, height: 1024).inLowDetail
    let expected: [(String, Int64)] = [
      ("gpt-4o", 85), ("gpt-5", 70), ("o3", 75), ("gpt-4o-mini", 2833), ("gpt-5.2", 154), ("gpt-4.1-mini", 208),
      ("claude-opus-4-8", 2738), ("gemini-3-pro", 1120),
    ]
    for (model, tokens) in expected {
      let family = TokenizerFamily(model: model)
      #expect(MediaTokens(of: image, family: family, model: model).expected == tokens, "\(model)")
    }
    #expect(MediaItem.remote.inLowDetail == .remote)
  }
}
