import Gateway
import Ledger
import Logging
import Runs

/// Has runs go on after a restart: what they came to by the rows of their calls, and what runs of their workflows usually come to.
struct RunRestoring: Sendable {
  let runs: RunDesk
  let ledger: Ledger
  let logger: Logger

  /// How many runs are taken over: those to which something happened last. Of more, the others are counted anew.
  static let runsMax = 10_000
  /// How many ended runs are looked at: of each workflow the last ``WorkflowHistory/runsMax`` count.
  static let pastRunsMax = 50_000

  /// Before the first call. What cannot be read is counted anew, which is logged.
  func restore() async {
    do {
      for past in try await ledger.runs.past(max: Self.pastRunsMax) { runs.restore(past.figures, of: past.workflow) }
      let live = try await ledger.runs.live(max: Self.runsMax)
      runs.restore(live)
      if !live.isEmpty { logger.info("runs go on", metadata: ["runs": "\(live.count)"]) }
    } catch {
      logger.error(
        "what runs came to before could not be read: their guardrails count anew", metadata: ["error": "\(error)"])
    }
  }
}
