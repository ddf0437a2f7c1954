import Gateway
import Logging
import Runs

extension RunNews {
  /// Says in the log what a guardrail did. What is merely observed, and what is wrong with replies, is counted.
  func log(_ logger: Logger) {
    guard case .tripped(let trip) = what, trip.action != .observe else { return }
    logger.warning(
      "\(trip)",
      metadata: [
        "call": "\(call)", "agent": "\(agent)", "workflow": "\(workflow)", "action": "\(trip.action.rawValue)",
      ])
  }
}
