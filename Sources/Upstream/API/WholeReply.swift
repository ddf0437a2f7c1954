public import NIOCore
internal import Synchronization

/// What came of a request whose answer was waited for.
public enum WholeReply: Sendable {
  /// A status has come, whatever became of the rest: the body is what had come of it, up to the limit.
  case answered(head: UpstreamHead, body: [UInt8])
  /// None has; in words without secrets.
  case noAnswer(String)
  /// The task was cancelled: nothing is known.
  case cancelled
}

extension UpstreamClient {
  /// Sends a request and waits for its answer, off the data plane: for messages, not for calls of agents. Redirects are not followed.
  ///
  /// - Parameters:
  ///   - timeoutSeconds: from the first look-up to the end of the answer.
  ///   - bytesMax: of the answer's body; a longer one is cut off.
  ///   - loop: where the answer is taken.
  public func reply(
    to request: UpstreamRequest, connectTimeoutMilliseconds: Int, timeoutSeconds: Int64, bytesMax: Int,
    on loop: any EventLoop
  ) async -> WholeReply {
    var limits = TransferLimits()
    limits.connectTimeoutMilliseconds = connectTimeoutMilliseconds
    limits.headTimeoutMilliseconds = Int(timeoutSeconds) * 1000
    limits.idleTimeoutMilliseconds = Int(timeoutSeconds) * 1000
    let reply = PendingReply(bytesMax: bytesMax, timeoutSeconds: timeoutSeconds)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        reply.begin(continuation)
        let transfer = self.start(request, limits: limits, on: loop, willSend: {}) { reply.take(&$0) }
        reply.isUnderWay(transfer)
        loop.scheduleTask(in: .seconds(timeoutSeconds)) { reply.giveUp(.timedOut) }
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
    var continuation: CheckedContinuation<WholeReply, Never>?
    var transfer: Transfer?
    var head: UpstreamHead?
    var body: [UInt8] = []
    var givenUp: GivenUp?
    var isOver = false
  }

  private let bytesMax: Int
  private let timeoutSeconds: Int64
  private let state = Mutex(State())

  init(bytesMax: Int, timeoutSeconds: Int64) {
    self.bytesMax = bytesMax
    self.timeoutSeconds = timeoutSeconds
  }

  func begin(_ continuation: CheckedContinuation<WholeReply, Never>) {
    self.state.withLock { $0.continuation = continuation }
  }

  func isUnderWay(_ transfer: Transfer) {
    let mustCancel = self.state.withLock { state in
      guard !state.isOver else { return false }
      state.transfer = transfer
      return state.givenUp != nil
    }
    if mustCancel { transfer.cancel() }
  }

  /// Ends the transfer; its end says the rest.
  func giveUp(_ reason: GivenUp) {
    let transfer = self.state.withLock { state -> Transfer? in
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
      case .head(let head): self.state.withLock { $0.head = head }
      case .body(let part): self.read(part)
      case .end(let end): self.finish(end)
      }
    }
  }

  private func read(_ part: ByteBuffer) {
    let (transfer, isEnough) = self.state.withLock { state in
      let room = self.bytesMax - state.body.count
      state.body += part.readableBytesView.prefix(room)
      return (state.transfer, part.readableBytes > room)
    }
    if isEnough { transfer?.cancel() } else { transfer?.returnCredit(bytes: part.readableBytes) }
  }

  /// A status that has come counts, whatever became of the rest.
  private func finish(_ end: TransferEnd) {
    let (continuation, reply) = self.state.withLock { state in
      state.isOver = true
      state.transfer = nil
      return (state.continuation.take(), self.reply(state, end))
    }
    continuation?.resume(returning: reply)
  }

  private func reply(_ state: State, _ end: TransferEnd) -> WholeReply {
    if let head = state.head { return .answered(head: head, body: state.body) }
    switch state.givenUp {
    case .cancelled: return .cancelled
    case .timedOut: return .noAnswer("no answer within \(self.timeoutSeconds) s")
    case nil: return .noAnswer(Self.words(end))
    }
  }

  private static func words(_ end: TransferEnd) -> String {
    switch end.result {
    case .failed(let failure): end.explanation.isEmpty ? failure.rawValue : "\(failure.rawValue): \(end.explanation)"
    case .complete, .cancelled: "the connection was given up"
    }
  }
}
