import Testing

@testable import Gateway

@Suite("The decoder of encoded bodies")
struct BodyDecoderTests {
  /// "hello hello hello", by gzip(1), Python's zlib, brotli and zstandard.
  private static let samples: [(coding: ContentCoding, bytes: [UInt8])] = [
    (
      .gzip,
      [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40,
        0x90, 0x00, 0x80, 0x88, 0xf9, 0xe5, 0x11, 0x00, 0x00, 0x00,
      ]
    ),
    (.deflate, [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x00, 0x3a, 0x2e, 0x06, 0x7d]),
    // Without zlib's header.
    (.deflate, [0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x00]),
    (
      .brotli,
      [
        0x1b, 0x10, 0x00, 0xf8, 0x8d, 0x94, 0x6e, 0xde, 0x44, 0x55, 0x86, 0x96, 0x6c, 0x20, 0x6f, 0x01, 0x4f, 0x1c,
        0x60, 0x1c,
      ]
    ),
    (
      .zstd,
      [
        0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x11, 0x65, 0x00, 0x00, 0x30, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x01, 0x00,
        0x31, 0x4a, 0x11,
      ]
    ),
  ]

  private struct NoDecoder: Error {}

  private func decoded(_ coding: ContentCoding, _ parts: [[UInt8]]) throws -> (text: String, hasFailed: Bool) {
    guard var decoder = BodyDecoder(coding) else { throw NoDecoder() }
    var out: [UInt8] = []
    for part in parts { part.withUnsafeBytes { decoder.decode($0) { out.append(contentsOf: $0) } } }
    return (String(decoding: out, as: UTF8.self), decoder.hasFailed)
  }

  @Test("decodes every coding, whole, byte by byte and cut in two anywhere", arguments: samples.indices)
  func decodes(_ index: Int) throws {
    let sample = Self.samples[index]
    #expect(try decoded(sample.coding, [sample.bytes]) == ("hello hello hello", false))
    #expect(try decoded(sample.coding, sample.bytes.map { [$0] }) == ("hello hello hello", false))
    for cut in sample.bytes.indices {
      let parts = [Array(sample.bytes[..<cut]), Array(sample.bytes[cut...])]
      #expect(try decoded(sample.coding, parts).text == "hello hello hello", "cut at \(cut)")
    }
  }

  @Test("says when a body is damaged, and never traps on any cut or flip", arguments: samples.indices)
  func damaged(_ index: Int) throws {
    let (coding, sample) = Self.samples[index]
    for place in sample.indices {
      var bytes = sample
      bytes[place] ^= 0xff
      _ = try decoded(coding, [bytes])
      _ = try decoded(coding, [Array(sample[..<place])])
    }
    #expect(try decoded(coding, [[0xff, 0xff, 0xff, 0xff] + Array("plain text".utf8)]).hasFailed)
  }

  @Test("reads several members of gzip and several frames of zstd as one body")
  func members() throws {
    for sample in Self.samples where sample.coding == .gzip || sample.coding == .zstd {
      #expect(try decoded(sample.coding, [sample.bytes + sample.bytes]).text == "hello hello hellohello hello hello")
      #expect(try decoded(sample.coding, [sample.bytes, sample.bytes]).text == "hello hello hellohello hello hello")
    }
  }

  @Test("hands out what the last byte makes beyond a full window")
  func drained() throws {
    // A block of RFC 1951, section 3.2.6: ten times "a", then 254 times the 258 bytes before. Its end is in the byte of the
    // last repetition, which is not yet written when 64 KiB are full.
    var bits = [1, 1, 0]
    for _ in 0..<10 { bits += [1, 0, 0, 1, 0, 0, 0, 1] }
    for _ in 0..<254 { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }
    bits += [0, 0, 0, 0, 0, 0, 0]
    #expect(bits.count % 8 == 0)
    var bytes = [UInt8](repeating: 0, count: bits.count / 8)
    for (place, bit) in bits.enumerated() { bytes[place / 8] |= UInt8(bit) << (place % 8) }
    let (text, hasFailed) = try decoded(.deflate, [bytes])
    #expect(text.utf8.count == 10 + 254 * 258 && text.utf8.allSatisfy { $0 == UInt8(ascii: "a") })
    #expect(!hasFailed)
  }

  @Test("gives up a body that unpacks to more than the limit")
  func bomb() throws {
    // One block of zstd that repeats a byte 128 KiB times (RFC 8878, section 3.1.1.2.2), without end.
    var parts: [[UInt8]] = [[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]]
    parts += Array(repeating: [0x02, 0x00, 0x10, 0x41], count: 9_000)
    var unpacked = 0
    guard var decoder = BodyDecoder(.zstd) else { throw NoDecoder() }
    for part in parts { part.withUnsafeBytes { decoder.decode($0) { unpacked += $0.count } } }
    let isGivenUp = decoder.hasFailed
    #expect(isGivenUp)
    #expect(unpacked <= BodyDecoder.outputBytesMax)
    #expect(unpacked > BodyDecoder.outputBytesMax / 2)
  }

  @Test(
    "tells codings apart",
    arguments: [
      (nil, ContentCoding.identity), ("", .identity), ("identity", .identity), ("gzip", .gzip), ("GZIP", .gzip),
      ("x-gzip", .gzip), ("deflate", .deflate), ("br", .brotli), ("zstd", .zstd), ("gzip, br", .other),
    ] as [(String?, ContentCoding)])
  func codings(_ value: String?, _ coding: ContentCoding) {
    #expect(ContentCoding(value) == coding)
  }
}
