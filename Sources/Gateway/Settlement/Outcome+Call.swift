import Dialects
import Metering
import Upstream

extension Outcome {
  /// How a call ended.
  init(of call: Call, reply: ReplyFacts, end: TransferEnd) {
    if call.refusalCode == .budgetCut {
      self = .aborted
      return
    }
    if call.refusalCode != nil {
      self = .denied
    } else if call.clientLeftEarly {
      self = .aborted
    } else if call.isWhole(reply, end) {
      self = Outcome(status: call.reply.status, isFaultless: reply.errorCode == nil && !call.isCut(reply))
    } else if call.replyIsMalformed {
      self = .upstreamError
    } else {
      self = Outcome(broken: end.result)
    }
  }

  /// A reply that came to its end.
  private init(status: Int, isFaultless: Bool) {
    switch status {
    case 500...: self = .upstreamError
    case 400..<500: self = .clientError
    default: self = isFaultless ? .ok : .upstreamError
    }
  }

  /// A transfer that ended before its reply did.
  private init(broken result: TransferEnd.Result) {
    switch result {
    case .failed(.headTimeout), .failed(.idleTimeout), .failed(.connectTimeout): self = .timeout
    case .failed: self = .upstreamError
    case .cancelled, .complete: self = .aborted
    }
  }
}

extension Call {
  /// What went wrong, in a word.
  func error(reply: ReplyFacts, end: TransferEnd) -> String? {
    if let refusalCode { return refusalCode.rawValue }
    if let code = reply.errorCode { return code }
    if isCutHere { return "cut" }
    if reply.isDamaged { return "damaged_stream" }
    switch end.result {
    case .complete where clientLeftEarly: return "client_disconnected"
    case .complete: return isCut(reply) ? "stream_cut" : nil
    case .cancelled where clientLeftEarly: return "client_disconnected"
    case .cancelled, .failed: return failure(of: end).rawValue
    }
  }

  /// Whether the reply came to its end. A client that has seen the end of its stream may close before the transfer ends.
  fileprivate func isWhole(_ reply: ReplyFacts, _ end: TransferEnd) -> Bool {
    end.result == .complete || self.reply.framing.isStream && reply.isTerminal
  }

  /// Whether nothing of the reply is missing.
  func isSeenWhole(_ reply: ReplyFacts, _ end: TransferEnd) -> Bool { isWhole(reply, end) && !isCut(reply) }

  /// Whether a stream of a known API ended without its last event, although its framing is whole.
  fileprivate func isCut(_ reply: ReplyFacts) -> Bool {
    guard let endpoint, !endpoint.operation.isFree, (200..<300).contains(self.reply.status) else { return false }
    return reply.isDamaged || self.reply.framing.isStream && !isReplyOpaque && !reply.isTerminal
  }
}
