/// Rules about files as a whole, and about comments.
enum FileRules {
  static let lineCountMax = 500

  static let all = [length, names, nothingUnfinished, uncheckedSendableIsArgued]

  private static let length = Rule(
    name: "a file holds one idea",
    example: SourceFile(
      path: "Sources/JSON/Example.swift", text: String(repeating: "// a line\n", count: lineCountMax + 1))
  ) { file in
    guard file.lines.count > lineCountMax + 1 else { return [] }
    return [Violation(path: file.path, line: 0, reason: "\(file.lines.count) lines, more than \(lineCountMax)")]
  }

  /// Drawers: things in them are hard to find and have no owner.
  private static let names = Rule(
    name: "files and folders are named for what they are",
    example: SourceFile(path: "Sources/Gateway/Utils/Example.swift", text: "")
  ) { file in
    let drawers = ["Util", "Helper", "Manager", "Misc", "Common"]
    return file.path.split(separator: "/").flatMap { part in
      drawers.filter { part.contains($0) }.map {
        Violation(path: file.path, line: 0, reason: "\"\($0)\" says nothing; name it for what it is")
      }
    }
  }

  /// Put together here, so that this file does not break its own rule.
  private static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]

  private static let nothingUnfinished = Rule(
    name: "nothing is left unfinished",
    example: SourceFile(path: "Sources/JSON/Example.swift", text: "// \(unfinished[0]): later")
  ) { file in
    file.lines.enumerated().flatMap { index, line in
      unfinished.filter { line.holds(word: $0) }.map {
        Violation(path: file.path, line: index + 1, reason: "\($0): finish it, or file an issue")
      }
    }
  }

  private static let uncheckedSendableIsArgued = Rule(
    name: "an unchecked promise to the compiler is argued for",
    example: SourceFile(path: "Sources/Upstream/Example.swift", text: "\n\nfinal class A: @unchecked Sendable {}\n")
  ) { file in
    guard file.isProduct else { return [] }
    return file.codeLines.enumerated().compactMap { index, line in
      guard line.holds(word: "@unchecked") || line.holds(word: "nonisolated(unsafe)") else { return nil }
      let around = file.lines[max(0, index - 3)...index]
      guard !around.contains(where: { $0.contains("//") }) else { return nil }
      return Violation(path: file.path, line: index + 1, reason: "say in a comment right above why it is safe")
    }
  }
}
