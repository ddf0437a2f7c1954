import FoundationEssentials

/// A text with the counts that tiktoken gives it.
struct Vector {
  var text: [UInt8]
  var o200k: Int64
  var cl100k: Int64

  /// The committed ones, and those of a file that `TOLLGATE_TOKEN_VECTORS` names: Tests/EndToEnd makes one with tiktoken.
  static func all() throws -> [Vector] {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    var vectors = try read("/\(folder)/Fixtures/tiktoken-vectors.txt")
    if let path = ProcessInfo.processInfo.environment["TOLLGATE_TOKEN_VECTORS"] {
      let more = try read(path)
      print("\(more.count) vectors of \(path)")
      vectors += more
    }
    return vectors
  }

  /// Texts with the counts that ctok 1.3.0 gives them for Claude 4.5 and 4.8, the message's frame of 7 and 6 included, in the
  /// places of o200k and cl100k.
  static func claude() throws -> [Vector] {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return try read("/\(folder)/Fixtures/claude-counts.txt")
  }

  private static func read(_ path: String) throws -> [Vector] {
    let file = try Data(contentsOf: URL(filePath: path))
    return file.split(separator: 0x0A).compactMap { line in
      let fields = line.split(separator: 0x20, omittingEmptySubsequences: false)
      guard fields.count == 3, let o200k = number(fields[1]), let cl100k = number(fields[2]) else { return nil }
      return Vector(text: bytes(Array(fields[0])), o200k: o200k, cl100k: cl100k)
    }
  }

  private static func number(_ field: Data) -> Int64? { Int64(String(decoding: field, as: UTF8.self)) }

  private static func bytes(_ hexadecimal: [UInt8]) -> [UInt8] {
    stride(from: 0, to: hexadecimal.count - 1, by: 2).map { digit(hexadecimal[$0]) << 4 | digit(hexadecimal[$0 + 1]) }
  }

  private static func digit(_ byte: UInt8) -> UInt8 { byte < 0x40 ? byte & 0xF : byte & 0xF + 9 }
}
