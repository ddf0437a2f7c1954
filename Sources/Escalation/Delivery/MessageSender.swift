import Ledger
import Metering
import NIOCore
import Upstream

/// Sends one message and waits for what the receiver says. Redirects are not followed; what it answers beyond the status is not kept.
struct MessageSender: Sendable {
  static let connectTimeoutMilliseconds = 10_000
  /// From the first look-up to the end of the answer.
  static let timeoutSeconds: Int64 = 20
  /// Of an answer's body, what is read; a longer one is cut off.
  static let replyBytesMax = 65_536

  let upstream: UpstreamClient
  let loop: any EventLoop
  let version: String

  /// Nil where the task was cancelled: then nothing is known.
  func send(_ message: OutboxMessage, to receiver: Receiver, now: Timestamp) async -> DeliveryOutcome? {
    let reply = await upstream.reply(
      to: MessageRequest.request(message, to: receiver, version: version, now: now),
      connectTimeoutMilliseconds: Self.connectTimeoutMilliseconds, timeoutSeconds: Self.timeoutSeconds,
      bytesMax: Self.replyBytesMax, on: loop)
    switch reply {
    case .answered(let head, _):
      let retryAfter = head.headers.last { $0.name.lowercased() == "retry-after" }?.value
      return DeliveryOutcome(status: head.status, retryAfter: retryAfter, now: now)
    case .noAnswer(let explanation): return .noAnswer(explanation)
    case .cancelled: return nil
    }
  }
}
