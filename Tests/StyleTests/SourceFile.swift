import FoundationEssentials

/// A file of the project, as rules read it.
struct SourceFile: Sendable {
  /// From the root of the repository, with `/`.
  let path: String
  /// The lines as they are.
  let lines: [String]
  /// The lines with comments and the contents of string literals blanked, so that a rule sees only code.
  let codeLines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = Self.split(text)
    codeLines = Self.split(CodeText.blanked(text))
  }

  /// The target that a file under `Sources` or `Tests` belongs to; nil for others.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && (parts[0] == "Sources" || parts[0] == "Tests") ? String(parts[1]) : nil
  }

  var isProduct: Bool { path.hasPrefix("Sources/") }

  /// The modules that the file imports, with the line of each, counted from one.
  var imports: [(module: String, line: Int)] {
    codeLines.enumerated().compactMap { index, line in
      var words = line.split(separator: " ")
      while let first = words.first, first.hasPrefix("@") || Self.accessWords.contains(first) { words.removeFirst() }
      guard words.first == "import", words.count > 1 else { return nil }
      let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
      return (String(name.prefix { $0 != "." }), index + 1)
    }
  }

  private static let accessWords: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]

  private static func split(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}

/// The repository that these tests were compiled from.
enum Repository {
  /// Every Swift file under `Sources` and `Tests`, and the package's description; read once.
  static func swiftFiles() throws -> [SourceFile] { try files.get() }

  private static let files = Result { try read() }

  private static func read() throws -> [SourceFile] {
    var files = [try file("Package.swift")]
    for folder in ["Sources", "Tests"] {
      for path in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)").sorted()
      where path.hasSuffix(".swift") && !path.contains(".build/") {
        files.append(try file("\(folder)/\(path)"))
      }
    }
    return files
  }

  private static func file(_ path: String) throws -> SourceFile {
    SourceFile(path: path, text: try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8))
  }

  /// Two folders above this one.
  private static var root: String {
    let parts = #filePath.split(separator: "/")
    return "/" + parts.dropLast(3).joined(separator: "/")
  }
}
