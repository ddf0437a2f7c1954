import Metering
import NIOCore
import NIOHTTP1
import Upstream

/// Where the events of one transfer go. It holds on to its call, so that a transfer that ends after its connection, or
/// after its exchange, still settles the right call.
struct TransferSink {
  let handler: ExchangeHandler
  let call: Call

  func deliver(_ batch: inout TransferEventBatch) {
    handler.deliver(&batch, for: call)
  }
}

/// What a transfer tells.
extension ExchangeHandler {
  fileprivate func deliver(_ batch: inout TransferEventBatch, for call: Call) {
    let isCurrent = call === self.call
    var hasWritten = false
    while let event = batch.next() { take(event, for: call, isCurrent: isCurrent, hasWritten: &hasWritten) }
    if hasWritten { context?.flush() }
  }

  /// The same for one event that stands alone: of the opening of a WebSocket.
  func deliver(_ event: TransferEvent, for call: Call) {
    var hasWritten = false
    take(event, for: call, isCurrent: call === self.call, hasWritten: &hasWritten)
    if hasWritten { context?.flush() }
  }

  /// - Parameter hasWritten: whether anything was written that is still to be flushed.
  private func take(_ event: TransferEvent, for call: Call, isCurrent: Bool, hasWritten: inout Bool) {
    switch event {
    case .uploadCredit(let bytes):
      if isCurrent, upload.add(bytes) { context?.read() }
    case .head(let head):
      hasWritten = replyHead(head, for: call, isCurrent: isCurrent) || hasWritten
    case .body(let part):
      // What has come is sent once it has been metered, some microseconds later: a client that acts on a reply must not be faster than
      // what is known of it, as its next call is judged by that.
      let isForwarded = isCurrent && replyBody(part, for: call)
      hasWritten = hasWritten || isForwarded
      returnCredit(part.readableBytes, of: call, isForwarded: isForwarded)
      let textBytes = call.meter(
        part, ledger: gateway.ledger, uptimeNanoseconds: NIODeadline.now().uptimeNanoseconds)
      if call.visibleSpend != nil, let textBytes { checkSpend(of: call, textBytes: textBytes, isCurrent: isCurrent) }
    case .end(let end):
      transferEnded(end, for: call, isCurrent: isCurrent)
    }
  }

  private func replyHead(_ head: UpstreamHead, for call: Call, isCurrent: Bool) -> Bool {
    guard let headers = HopByHop.forwardableReply(head.headers) else {
      call.replyIsMalformed = true
      call.transfer?.cancel()
      return false
    }
    call.beginReply(head, counts: gateway.counts)
    guard isCurrent else { return false }
    switch exchange.upstreamHead() {
    case .forward:
      writeReplyHead(head, headers: headers, for: call)
      return true
    case .observe, .ignore:
      return false
    }
  }

  private func replyBody(_ part: ByteBuffer, for call: Call) -> Bool {
    call.responseBytes &+= Int64(part.readableBytes)
    guard case .forward = exchange.upstreamBody() else { return false }
    writeReplyBody(part, for: call)
    return true
  }

  private func transferEnded(_ end: TransferEnd, for call: Call, isCurrent: Bool) {
    call.transfer = nil
    guard isCurrent else {
      settle(call, end: end)
      return
    }
    endUpload()
    switch exchange.upstreamEnded(end.result == .complete ? .complete : .failed) {
    case .finishReply(let next):
      // The run of the call knows the reply before its client does. Writing its end can hand over the next request of a pipeline, so
      // this call must not be the current one any more.
      self.call = nil
      call.endsUncut()
      settle(call, end: end)
      finishReply(call, then: next)
    case .refuseAndSettle(let closes):
      let refusal = Refusal(call.failure(of: end), provider: call.route.provider.name)
      call.statusSent = refusal.status
      self.call = nil
      if !exchange.isBusy { becameIdle() }
      writeRefusal(refusal, dialect: call.dialect, call: call, closes: closes)
      settle(call, end: end)
    case .truncate:
      self.call = nil
      settle(call, end: end)
      closeTruncated(call)
    case .settle:
      self.call = nil
      if context == nil || !channel.isActive { leaveTable() }
      settle(call, end: end)
    case .ignore:
      // No order of events leads here; a call is settled all the same, so that none is ever lost.
      settle(call, end: end)
    }
  }

  private func settle(_ call: Call, end: TransferEnd) {
    gateway.settle(call, end: end, endedUptimeNanoseconds: NIODeadline.now().uptimeNanoseconds)
  }

  // MARK: Credit

  /// Lets the transfer go on by what the client has taken. A client that reads slowly keeps its transfer waiting.
  private func returnCredit(_ bytes: Int, of call: Call, isForwarded: Bool) {
    if isForwarded, !channel.isWritable {
      call.creditHeldBytes &+= bytes
    } else {
      call.transfer?.returnCredit(bytes: bytes)
    }
  }

  func returnHeldCredit() {
    guard let call, call.creditHeldBytes > 0 else { return }
    let bytes = call.creditHeldBytes
    call.creditHeldBytes = 0
    call.transfer?.returnCredit(bytes: bytes)
  }
}
