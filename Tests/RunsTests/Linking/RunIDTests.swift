import Metering
import Testing

@testable import Runs

@Suite struct RunIDTests {
  @Test("An id that nobody gave sorts by its time, and differs by its random part")
  func idsSortByTime() {
    let early = RunID.text(at: Timestamp(unixMicroseconds: 1_795_000_000_000_000), random: .max)
    let late = RunID.text(at: Timestamp(unixMicroseconds: 1_795_000_000_001_000), random: 0)
    #expect(early < late)
    #expect(early.utf8.count == 20)
    #expect(late != RunID.text(at: Timestamp(unixMicroseconds: 1_795_000_000_001_000), random: 1))
  }
}
