import Metering
import Observability

/// What became of one attempt.
public enum DeliveryOutcome: Sendable, Equatable {
  /// 2xx.
  case delivered(status: Int)
  /// Any other status but those below; redirects among them, which are not followed.
  case rejected(status: Int)
  /// 429, or a 5xx: the receiver is overloaded or broken, whatever the message. Without seconds it asks for no time.
  case unavailable(status: Int, retryAfterSeconds: Int64?)
  /// 410: the receiver wants no more messages.
  case gone
  /// There was no answer, in words without secrets.
  case noAnswer(String)

  /// In words, for people.
  public var text: String {
    switch self {
    case .delivered(let status): "status \(status)"
    case .rejected(let status) where (300..<400).contains(status): "status \(status): redirects are not followed"
    case .rejected(let status): "status \(status)"
    case .unavailable(let status, let seconds): "status \(status)" + (seconds.map { ", retry-after \($0)" } ?? "")
    case .gone: "status 410: the receiver wants no more messages"
    case .noAnswer(let explanation): explanation
    }
  }

  /// As metrics label it.
  var label: DeliveryLabel {
    switch self {
    case .delivered: .delivered
    case .rejected, .gone: .rejected
    case .unavailable: .unavailable
    case .noAnswer: .noAnswer
    }
  }

  /// - Parameter retryAfter: the header of that name.
  init(status: Int, retryAfter: String?, now: Timestamp) {
    switch status {
    case 200..<300: self = .delivered(status: status)
    case 410: self = .gone
    case 429, 500...:
      self = .unavailable(
        status: status, retryAfterSeconds: retryAfter.flatMap { RetryAfter.seconds($0, now: now) })
    default: self = .rejected(status: status)
    }
  }
}
