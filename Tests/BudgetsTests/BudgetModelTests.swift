import Budgets
import Testing

@Suite struct BudgetModelTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `in a quarter of a million random steps nothing passes a hard limit, leaks, ends twice or is overtaken`(
    seed: UInt64
  ) throws {
    var driver = try BudgetDriver(seed: seed)
    for step in 0..<250_000 where driver.problems.isEmpty {
      driver.step()
      if step % 5_000 == 0 { driver.compareReadings() }
    }
    try driver.finish()
    #expect(driver.problems.isEmpty, "seed \(seed): \(driver.problems.prefix(3))")
    for outcome in ["admitted", "waiting", "refused", "waited in vain"] {
      #expect(driver.counts[outcome, default: 0] > 100, "seed \(seed) hardly shows \(outcome): \(driver.counts)")
    }
  }
}
