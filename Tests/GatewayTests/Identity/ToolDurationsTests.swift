import Dialects
import Runs
import Testing

@testable import Gateway

@Suite("What Claude Code says of how long tools ran")
struct ToolDurationsTests {
  private static let key = FingerprintKey(word0: 1, word1: 2)

  private func read(_ text: String) -> [ToolDuration] { ToolDurations.read(text, by: Self.key) }

  private func duration(_ name: String, milliseconds: Int64) -> ToolDuration {
    ToolDuration(name: Self.key.fingerprint(of: name), microseconds: milliseconds * 1_000)
  }

  @Test("is a name and whole milliseconds for each tool that ran, in order, with equal names apart")
  func entries() {
    #expect(
      read("Bash=742;Read=9;Bash=0") == [
        duration("Bash", milliseconds: 742), duration("Read", milliseconds: 9), duration("Bash", milliseconds: 0),
      ])
  }

  @Test("has names that are percent-encoded")
  func names() {
    #expect(
      read("a%3Bb%3D%25c=5;mcp__d%C3%A9p%C3%B4t__lire%20tout=6") == [
        duration("a;b=%c", milliseconds: 5), duration("mcp__dépôt__lire tout", milliseconds: 6),
      ])
  }

  @Test(
    "is left out where it is not read",
    arguments: [
      "", ";", "Bash", "Bash=", "=5", "Bash=-5", "Bash=5.5", "Bash=5 ", "Bash=99999999999999999999", "Bash=2592000001",
      "%ZZ=5", "%FF=5", "[120,340]",
    ])
  func unreadable(text: String) {
    #expect(read(text).isEmpty)
    #expect(read("Read=9;\(text);Bash=1").map(\.microseconds) == [9_000, 1_000])
  }

  @Test("has no more entries than a request has results that are kept")
  func bounded() {
    let text = (0..<1_000).map { "t\($0)=1" }.joined(separator: ";")
    #expect(read(text).count == ToolDurations.entriesMax)
  }
}
