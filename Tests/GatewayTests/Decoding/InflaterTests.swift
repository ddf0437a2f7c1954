import Testing

@testable import Gateway

@Suite("The decoder of encoded bodies")
struct InflaterTests {
  /// `printf 'hello hello hello' | gzip -n`
  private static let gzip: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90,
    0x00,
    0x80, 0x88, 0xf9, 0xe5, 0x11, 0x00, 0x00, 0x00,
  ]

  private struct NoMemory: Error {}

  private func decoded(_ parts: [[UInt8]]) throws -> (text: String, hasFailed: Bool) {
    guard var inflater = Inflater() else { throw NoMemory() }
    var out: [UInt8] = []
    for part in parts { part.withUnsafeBytes { inflater.decode($0) { out.append(contentsOf: $0) } } }
    return (String(decoding: out, as: UTF8.self), inflater.hasFailed)
  }

  @Test("decodes gzip, whole and byte by byte")
  func decodes() throws {
    #expect(try decoded([Self.gzip]).text == "hello hello hello")
    #expect(try decoded(Self.gzip.map { [$0] }).text == "hello hello hello")
  }

  @Test("says when a body is damaged, and never traps on any cut or flip")
  func damaged() throws {
    #expect(try decoded([Array("plain text".utf8)]).hasFailed)
    for index in Self.gzip.indices {
      var bytes = Self.gzip
      bytes[index] ^= 0xff
      _ = try decoded([bytes])
      _ = try decoded([Array(Self.gzip[..<index])])
    }
  }

  @Test(
    "tells codings apart",
    arguments: [
      (nil, ContentCoding.identity), ("", .identity), ("identity", .identity), ("gzip", .zlib), ("GZIP", .zlib),
      ("deflate", .zlib), ("br", .other), ("zstd", .other), ("gzip, br", .other),
    ] as [(String?, ContentCoding)])
  func codings(_ value: String?, _ coding: ContentCoding) {
    #expect(ContentCoding(value) == coding)
  }
}
