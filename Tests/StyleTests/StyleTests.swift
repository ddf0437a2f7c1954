import Testing

@Suite("Style")
struct StyleTests {
  static let rules = ImportRules.all + BannedWords.all + FileRules.all

  @Test("The project keeps a rule", arguments: rules)
  func projectKeepsRule(_ rule: Rule) throws {
    let violations = try Repository.swiftFiles().flatMap(rule.violations)
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }

  @Test("A rule finds what breaks it", arguments: rules)
  func ruleFindsItsExample(_ rule: Rule) {
    #expect(!rule.violations(rule.example).isEmpty)
  }

  @Test("The sources that rules read are there")
  func sourcesAreThere() throws {
    let files = try Repository.swiftFiles()
    #expect(files.contains { $0.path == "Package.swift" })
    for target in ImportRules.pure.union(ImportRules.dataPlane) {
      #expect(files.contains { $0.isProduct && $0.target == target }, "no file of \(target)")
    }
  }

  @Test(
    "Comments and the contents of strings are not code",
    arguments: [
      ("a // b", "a     "), ("a /* b /* c */ d */ e", "a                   e"), ("a \"b // c\" d", "a \"      \" d"),
      ("a \"\\\" b\" c", "a \"    \" c"), ("a #\"b\" c\"# d", "a #\"    \"# d"),
      ("a \"\"\"\nb \"c\"\n\"\"\" d", "a \"\"\"\n     \n\"\"\" d"), ("a \"b\nc", "a \" \nc"), ("\"", "\""),
      ("/*", "  "),
    ])
  func codeIsTold(text: String, code: String) {
    #expect(CodeText.blanked(text) == code)
  }

  @Test(
    "A word is found whole, not as a part of a name",
    arguments: [
      ("let a = try! b()", "try!", true), ("retry!", "try!", false), ("print(a)", "print(", true),
      ("fingerprint(a)", "print(", false), ("Doubled", "Double", false), ("[Double]", "Double", true),
      ("aaaa", "aa", false),
    ])
  func wordIsWhole(line: String, word: String, isThere: Bool) {
    #expect(line.holds(word: word) == isThere)
  }

  @Test(
    "An import is read with its access and its kind",
    arguments: [
      "import NIOCore", "public import NIOCore", "@preconcurrency import NIOCore",
      "internal import struct NIOCore.ByteBuffer",
    ])
  func importIsRead(line: String) {
    #expect(SourceFile(path: "Sources/Gateway/A.swift", text: line).imports.map(\.module) == ["NIOCore"])
  }
}
