import Ledger
import Metering
import NIOCore
import Synchronization
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
    let request = MessageRequest.request(message, to: receiver, version: version, now: now)
    var limits = TransferLimits()
    limits.connectTimeoutMilliseconds = Self.connectTimeoutMilliseconds
    limits.headTimeoutMilliseconds = Int(Self.timeoutSeconds) * 1000
    limits.idleTimeoutMilliseconds = Int(Self.timeoutSeconds) * 1000
    let reply = PendingReply()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        reply.begin(continuation)
        let transfer = upstream.start(request, limits: limits, on: loop, willSend: {}) { reply.take(&$0) }
        reply.isUnderWay(transfer)
        loop.scheduleTask(in: .seconds(Self.timeoutSeconds)) { reply.giveUp(.timedOut) }
      }
    } onCancel: {
      reply.giveUp(.cancelled)
    }
  }
}

/// What has come of an answer.
private final class PendingReply: Sendable {
  enum GivenUp {
    case timedOut
    case cancelled
  }

  private struct State {
    var continuation: CheckedContinuation<DeliveryOutcome?, Never>?
    var transfer: Transfer?
    var outcome: DeliveryOutcome?
    var bytes = 0
    var givenUp: GivenUp?
    var isOver = false
  }

  private let state = Mutex(State())

  func begin(_ continuation: CheckedContinuation<DeliveryOutcome?, Never>) {
    state.withLock { $0.continuation = continuation }
  }

  func isUnderWay(_ transfer: Transfer) {
    let mustCancel = state.withLock { state in
      state.transfer = transfer
      return state.givenUp != nil
    }
    if mustCancel { transfer.cancel() }
  }

  /// Ends the transfer; its end says the rest.
  func giveUp(_ reason: GivenUp) {
    let transfer = state.withLock { state -> Transfer? in
      guard !state.isOver, state.givenUp == nil else { return nil }
      state.givenUp = reason
      return state.transfer
    }
    transfer?.cancel()
  }

  func take(_ events: inout TransferEventBatch) {
    while let event = events.next() {
      switch event {
      case .uploadCredit: break
      case .head(let head):
        let retryAfter = head.headers.last { $0.name.lowercased() == "retry-after" }?.value
        let outcome = DeliveryOutcome(status: head.status, retryAfter: retryAfter)
        state.withLock { $0.outcome = outcome }
      case .body(let part): read(part.readableBytes)
      case .end(let end): finish(end)
      }
    }
  }

  private func read(_ count: Int) {
    let (transfer, isEnough) = state.withLock { state in
      state.bytes += count
      return (state.transfer, state.bytes > MessageSender.replyBytesMax)
    }
    if isEnough { transfer?.cancel() } else { transfer?.returnCredit(bytes: count) }
  }

  /// A status that has come counts, whatever became of the rest.
  private func finish(_ end: TransferEnd) {
    let (continuation, outcome) = state.withLock {
      state -> (CheckedContinuation<DeliveryOutcome?, Never>?, DeliveryOutcome?) in
      state.isOver = true
      state.transfer = nil
      if let outcome = state.outcome { return (state.continuation.take(), outcome) }
      switch state.givenUp {
      case .cancelled: return (state.continuation.take(), nil)
      case .timedOut:
        return (state.continuation.take(), .noAnswer("no answer within \(MessageSender.timeoutSeconds) s"))
      case nil: return (state.continuation.take(), .noAnswer(Self.words(end)))
      }
    }
    continuation?.resume(returning: outcome)
  }

  private static func words(_ end: TransferEnd) -> String {
    switch end.result {
    case .failed(let failure): end.explanation.isEmpty ? failure.rawValue : "\(failure.rawValue): \(end.explanation)"
    case .complete, .cancelled: "the connection was given up"
    }
  }
}
