import Logging
import Metering
import NIOCore
import Observability
import Upstream

/// Tells the operator what went wrong with an upstream, in libcurl's own words; at most once a second, since what fails
/// usually fails for many calls.
final class UpstreamFailureLog: Sendable {
  private let logger: Logger
  private let throttle = LogThrottle(intervalMilliseconds: 1_000)

  init(logger: Logger) {
    self.logger = logger
  }

  func log(_ record: CallRecord, end: TransferEnd) {
    guard case .failed(let failure) = end.result else { return }
    let now = Int64(clamping: NIODeadline.now().uptimeNanoseconds / 1_000_000)
    guard let suppressed = throttle.admit(nowMilliseconds: now) else { return }
    logger.warning(
      "a call failed upstream",
      metadata: [
        "call": "\(record.id)", "provider": "\(record.provider)", "failure": "\(failure.rawValue)",
        "explanation": "\(end.explanation)", "was_sent": "\(end.wasSent)", "not_logged_before": "\(suppressed)",
      ])
  }
}
