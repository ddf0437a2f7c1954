import Testing

/// A place where a rule is broken.
struct Violation: CustomStringConvertible {
  let path: String
  /// From one; zero for the file as a whole.
  let line: Int
  let reason: String

  var description: String { "\(path):\(line): \(reason)" }
}

/// One rule of style, with an example of what breaks it: a rule that finds nothing in its example is itself broken.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  /// A file that must be found to break the rule.
  let example: SourceFile
  let violations: @Sendable (SourceFile) -> [Violation]

  var testDescription: String { name }
}

extension Rule {
  /// Words that may not stand in the code of some files.
  static func ban(
    _ words: String..., in place: @escaping @Sendable (SourceFile) -> Bool, because reason: String, example path: String
  ) -> Rule {
    let example = SourceFile(path: path, text: "import Swift\n\(words[0])\n")
    return Rule(name: "no \(words.joined(separator: ", "))", example: example) { file in
      guard place(file) else { return [] }
      return file.codeLines.enumerated().flatMap { index, line in
        words.filter { line.holds(word: $0) }.map {
          Violation(path: file.path, line: index + 1, reason: "\($0): \(reason)")
        }
      }
    }
  }
}

extension String {
  /// Whether the line holds the text, not as a part of a longer name.
  func holds(word: String) -> Bool {
    var rest = self[...]
    while let found = rest.firstRange(of: word) {
      let before = self[..<found.lowerBound].last
      let after = rest[found.upperBound...].first
      let opensName = word.first.map(Self.isNamePart) ?? false
      let closesName = word.last.map(Self.isNamePart) ?? false
      let isPartBefore = opensName && (before.map(Self.isNamePart) ?? false)
      let isPartAfter = closesName && (after.map(Self.isNamePart) ?? false)
      if !isPartBefore, !isPartAfter { return true }
      rest = rest[found.upperBound...]
    }
    return false
  }

  private static func isNamePart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }
}
