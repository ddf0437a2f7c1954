import Testing

@testable import Metering

@Suite("Usage")
struct UsageTests {
  @Test("Counts are disjoint, and their sums are true sums")
  func sums() {
    let used = usage([
      .input: 1, .cachedInput: 10, .cacheWrite1h: 100, .output: 1_000, .reasoning: 10_000, .outputAudio: 100_000,
      .webSearch: 7,
    ])
    #expect(used.promptTokens == 111)
    #expect(used.totalTokens == 111_111)
    #expect(!used.isEmpty && Usage().isEmpty)
    #expect(!usage([.fileSearch: 1]).isEmpty)
  }

  @Test("A count is never negative, and sums stay at the largest")
  func limits() {
    var used = Usage()
    used[.input] = -5
    #expect(used.isEmpty)
    used[.input] = .max
    used[.cacheWrite] = 1
    used[.output] = .max
    #expect(used.promptTokens == .max && used.totalTokens == .max)
    #expect((used + used)[.input] == .max)
    #expect((used + usage([.output: 1, .webSearch: 2]))[.webSearch] == 2)
  }

  @Test("Each cell is one class, with a meter of its own that meters.json knows")
  func cells() throws {
    let book = try #require(embeddedBook)
    #expect(Set(UsageCell.allCases.map(\.meter.description)).count == UsageCell.allCases.count)
    for cell in UsageCell.allCases {
      let meter = book.meters.id(of: cell.meter.description).map { book.meters[$0] }
      #expect(meter?.isTokens == cell.isTokens, "\(cell)")
      #expect(cell.isPromptTokens == (cell.isTokens && cell.meter.description.hasPrefix("in")), "\(cell)")
    }
  }
}
