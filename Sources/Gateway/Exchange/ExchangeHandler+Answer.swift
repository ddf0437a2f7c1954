import Dialects
import Ledger
import Metering
import NIOCore
import NIOHTTP1
import Upstream

/// What is written to the client.
extension ExchangeHandler {
  // MARK: The upstream's reply

  func writeReplyHead(_ head: UpstreamHead, headers forwarded: [(name: String, value: String)], for call: Call) {
    call.statusSent = head.status
    var headers = HTTPHeaders(forwarded.map { ($0.name, $0.value) })
    let isFiltered =
      call.usageWasAsked && call.reply.framing == .serverSentEvents && call.reply.coding == .identity
    call.usageChunkFilter = isFiltered ? UsageChunkFilter() : nil
    call.frames = call.visibleSpend != nil && call.reply.framing == .frames ? FrameBoundary() : nil
    let framing = ReplyBodyFraming(
      head: head, requestMethod: call.method, version: requestVersion, isRewritten: call.usageChunkFilter != nil)
    framing.apply(to: &headers)
    if framing == .untilClose { _ = exchange.stopReuse() }
    headers.add(name: "x-tollgate-call", value: call.id.description)
    if !call.changes.isEmpty {
      headers.add(name: "x-tollgate-changed", value: call.changes.joined(separator: ", "))
    }
    if let warning = call.guardrailWarning { headers.add(name: "x-tollgate-warning", value: warning) }
    if !exchange.mayKeepAlive { headers.add(name: "connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: head.status, reasonPhrase: head.reason)
    write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
  }

  func writeReplyBody(_ part: ByteBuffer, for call: Call) {
    var kept = part
    if let filtered = call.usageChunkFilter?.filter(part) { kept = filtered }
    if let last = call.cutNotice?.take(kept) {
      kept = last
      if call.cutNotice?.isDone == true { call.transfer?.cancel() }
    }
    kept.withUnsafeReadableBytes { call.frames?.pass($0) }
    if kept.readableBytes > 0 { write(.body(.byteBuffer(kept))) }
  }

  func finishReply(_ call: Call, then next: Exchange.AfterReply) {
    if let rest = call.usageChunkFilter?.finish(), rest.readableBytes > 0 { write(.body(.byteBuffer(rest))) }
    if next == .becomeIdle { becameIdle() }
    endAnswer(closes: next == .close)
  }

  /// Closes without an end, once what is queued has gone out: the client must see that the reply was cut.
  func closeTruncated(_ call: Call) {
    if call.cutNotice?.isDone == true {
      // The client has been told: its stream ends as it should.
      endAnswer(closes: true)
      return
    }
    if let rest = call.usageChunkFilter?.finish(), rest.readableBytes > 0 { write(.body(.byteBuffer(rest))) }
    context?.flush()
    closeAfterAnswer()
  }

  // MARK: Tollgate's own answers

  func writeContinue() {
    write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    context?.flush()
  }

  func reject(_ rejection: Rejection, dialect: Dialect? = nil, requestIsOpen: Bool) {
    gateway.metrics.rejected(rejection.reason)
    refuse(Refusal(rejection), dialect: dialect, requestIsOpen: requestIsOpen, closes: true)
  }

  /// Answers by itself, if no answer has begun.
  func refuse(_ refusal: Refusal, dialect: Dialect? = nil, requestIsOpen: Bool, closes: Bool = false) {
    guard case .write(let closes) = exchange.refuse(requestIsOpen: requestIsOpen, closes: closes) else { return }
    let call = self.call
    if let transfer = call?.transfer {
      // The call is settled once its transfer has ended.
      call?.statusSent = refusal.status
      call?.refusalCode = refusal.code
      transfer.cancel()
    } else {
      self.call = nil
      if let call { gateway.metrics.denied(call, code: refusal.code) }
    }
    if !exchange.isBusy, !closes { becameIdle() }
    writeRefusal(refusal, dialect: dialect ?? call?.dialect, call: call, closes: closes)
  }

  /// Answers a call that the ledger does not admit. Nothing was sent, so nothing is settled.
  func refuseAdmission(_ refusal: Refusal, of call: Call) {
    guard case .write(let closes) = exchange.admissionRefused() else { return }
    self.call = nil
    call.noteRunRefused(refusal.code)
    gateway.metrics.denied(call, code: refusal.code)
    if !exchange.isBusy, !closes { becameIdle() }
    writeRefusal(refusal, dialect: call.dialect, call: call, closes: closes)
  }

  func writeRefusal(_ refusal: Refusal, dialect: Dialect?, call: Call?, closes: Bool) {
    gateway.metrics.refused(refusal.code)
    let body = refusal.body(for: dialect, callID: call?.id)
    var headers = HTTPHeaders(refusal.headers(for: dialect, callID: call?.id).map { ($0.name, $0.value) })
    headers.add(name: "content-length", value: String(body.count))
    if closes { headers.add(name: "connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: refusal.status)
    write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    if requestMethod != .HEAD { write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
    endAnswer(closes: closes && !exchange.isReceiving)
  }

  // MARK: Writing

  func write(_ part: HTTPServerResponsePart) {
    context?.write(wrapOutboundOut(part), promise: nil)
  }

  func endAnswer(closes: Bool) {
    context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    if closes { closeAfterAnswer() }
  }
}
