import Budgets
import Gateway
import Logging
import Metering
import Observability
import ServiceLifecycle

/// Which budgets have matched no call for a day: their names or globs are probably wrong.
struct UnusedBudgets {
  static let hours: Int64 = 24

  /// Since when each budget is known; from then on it could have matched.
  private var knownSince: [String: Timestamp] = [:]
  private var told: Set<String> = []

  /// The budgets that have become so since the last time.
  mutating func check(_ readings: [BudgetReading], at time: Timestamp) -> [String] {
    let names = Set(readings.map(\.name))
    knownSince = knownSince.filter { names.contains($0.key) }
    told.formIntersection(names)
    var unused: [String] = []
    for reading in readings {
      let known = knownSince[reading.name] ?? time
      knownSince[reading.name] = known
      let last = reading.lastMatchedAt ?? known
      if time.unixMicroseconds &- last.unixMicroseconds < Self.hours &* 3_600_000_000 {
        told.remove(reading.name)
      } else if told.insert(reading.name).inserted {
        unused.append(reading.name)
      }
    }
    return unused
  }
}

/// Says once of each budget that it has matched no call for a day.
struct UnusedBudgetWatch: Service {
  let desk: BudgetDesk
  let logger: Logger
  private static let interval = Duration.seconds(600)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var unused = UnusedBudgets()
      while !Task.isCancelled {
        let time = WallClock.now()
        let readings = desk.withBook { $0.readings(windowsMax: 0, at: time) }
        for name in unused.check(readings, at: time) {
          logger.warning(
            "a budget has matched no call for \(UnusedBudgets.hours) hours: look at its match",
            metadata: ["budget": "\(name)"])
        }
        try? await Task.sleep(for: Self.interval)
      }
    }
  }
}
