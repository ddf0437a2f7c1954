import Testing

@testable import Control

@Suite("Changes under way")
struct ChangesUnderWayTests {
  @Test("are as many as may be, and leave their place to others")
  func places() {
    let changes = ChangesUnderWay()
    for _ in 0..<ChangesUnderWay.countMax { #expect(changes.begin()) }
    #expect(!changes.begin())
    changes.end()
    #expect(changes.begin() && !changes.begin())
  }
}
