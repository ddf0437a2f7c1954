import Gateway
import Observability
import ServiceLifecycle

/// Tells budgets that time passes: waits that have become too long end, and forecasts are made.
struct BudgetClock: Service {
  let desk: BudgetDesk
  private static let interval = Duration.milliseconds(250)
  private static let intervalsBetweenForecasts = 240

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var intervals = 0
      while !Task.isCancelled {
        desk.timePassed(at: WallClock.now())
        intervals = (intervals + 1) % Self.intervalsBetweenForecasts
        if intervals == 0 { desk.forecast(at: WallClock.now()) }
        try? await Task.sleep(for: Self.interval)
      }
    }
  }
}
