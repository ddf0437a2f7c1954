import Metering

/// When a message is sent again: Standard Webhooks 1.0's schedule. Each delay begins with the failure before it.
enum DeliverySchedule {
  /// After the first, second... failure. After the last there is none, and the message is given up.
  static let delaysSeconds: [Int64] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
  /// The most that a delay is lengthened by, so that what failed together is not sent again together.
  static let jitterPercentMax: Int64 = 10
  /// The longest time that a receiver can ask for by `retry-after`.
  static let retryAfterSecondsMax: Int64 = 86_400
  /// The shortest: a receiver that asks for less is sent no more than one that asks for nothing.
  static let retryAfterSecondsMin: Int64 = 5
  /// After so many attempts at a message it is sent by the schedule, whatever is asked for.
  static let obligingAttemptsMax = 100
  /// A message that old is given up: a day more than the schedule takes.
  static let ageSecondsMax: Int64 = delaysSeconds.reduce(86_400, +)

  /// How long a receiver that asks for so many seconds is left alone.
  static func waitMicroseconds(retryAfterSeconds seconds: Int64) -> Int64 {
    min(max(seconds, retryAfterSecondsMin), retryAfterSecondsMax) * 1_000_000
  }

  /// How long to wait after so many failures that count; nil where no attempt is left.
  static func delayMicroseconds(
    after step: Int, using random: inout some RandomNumberGenerator
  ) -> Int64? {
    guard delaysSeconds.indices.contains(step - 1) else { return nil }
    let delay = delaysSeconds[step - 1] * 1_000_000
    return delay + Int64.random(in: 0...delay / 100 * jitterPercentMax, using: &random)
  }
}
