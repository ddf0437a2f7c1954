import FoundationEssentials

/// Texts to be counted, from the project's own files and made up; `tiktoken-beside.py` makes the same ones.
enum Texts {
  static func all(repository: String) throws -> [(name: String, bytes: [UInt8])] {
    [
      ("English", try read(repository, "README.md")),
      ("Python", try python(repository)),
      ("JSON", try read(repository, "pricing/openai.json")),
      ("Chinese", Array(String(repeating: chinese, count: 800).utf8)),
      ("one letter", Array(String(repeating: "a", count: 100_000).utf8)),
      ("equals signs", Array(String(repeating: "=", count: 100_000).utf8)),
      ("letters without spaces", letters(count: 100_000)),
    ]
  }

  private static let chinese = "夜里的任务把白天写下的东西再读一遍，数清每一个词，然后把账记好。没有人看着它，它也从不出错。"

  private static func python(_ repository: String) throws -> [UInt8] {
    let folder = "Tests/EndToEnd"
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(repository)/\(folder)")
    return try names.filter { $0.hasSuffix(".py") }.sorted().flatMap { try read(repository, "\(folder)/\($0)") }
  }

  private static func read(_ repository: String, _ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(repository)/\(path)")))
  }

  private static func letters(count: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_103_515_245 &+ 12_345
      return 0x61 + UInt8((state >> 16) % 26)
    }
  }
}
