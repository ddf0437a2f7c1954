import Dialects
import Ledger
import Metering
import NIOCore
import NIOHTTP1
import Observability
import Upstream

/// What a client sends.
extension ExchangeHandler {
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): requestHead(head)
    case .body(let part): requestBody(part)
    // Trailers are dropped: nothing that may stand there is meant for an LLM endpoint.
    case .end: requestEnd()
    }
  }

  // MARK: Head

  private func requestHead(_ head: HTTPRequestHead) {
    // What a client still sends after a closing answer is no request.
    guard exchange.isIdle else { return }
    requestPartArrived()
    requestVersion = head.version
    requestMethod = head.method
    let checked: CheckedHead
    do {
      checked = try gateway.headCheck.check(head)
    } catch {
      reject(error, dialect: dialect(of: head), requestIsOpen: true)
      return
    }
    let closes = !head.isKeepAlive || checked.closesConnection
    let decision = gateway.routing.route(
      method: head.method, target: checked.target, hasAnthropicVersion: checked.hasAnthropicVersion)
    switch decision {
    case .refuse(let refusal):
      refuse(
        refusal, dialect: checked.hasAnthropicVersion ? .anthropic : nil, requestIsOpen: true, closes: closes)
    case .call(let id): answerOwnCall(id, headers: head.headers)
    case .endRun(let run): endOwnRun(run, headers: head.headers)
    case .forward(let route): accept(head, checked, route: route, closes: closes)
    }
  }

  /// The dialect that a refused head's answer is written in, as far as its target tells.
  private func dialect(of head: HTTPRequestHead) -> Dialect? {
    guard let target = try? RequestTarget(head.uri),
      case .forward(let route) = gateway.routing.route(method: head.method, target: target)
    else { return nil }
    return route.dialect
  }

  /// A request for a provider: it becomes a call.
  private func accept(_ head: HTTPRequestHead, _ checked: CheckedHead, route: Route, closes: Bool) {
    let call: Call
    do {
      call = try makeCall(head, checked, route: route)
    } catch {
      refuse(error, dialect: route.dialect, requestIsOpen: true, closes: closes)
      return
    }
    self.call = call
    if call.isUnmetered, gateway.configuration.unmetered == .deny {
      refuse(.unmetered(method: call.method, path: call.path), requestIsOpen: true, closes: closes)
      return
    }
    if checked.expectsContinue { writeContinue() }
    let bytesMax = gateway.configuration.limits.bodyBytesMax
    let isRead = call.endpoint != nil && !call.isForm
    let isGathered = isRead || checked.framing.isEmpty || call.isBodySigned || call.isBoundToModels
    switch exchange.requestHead(
      isGathered ? .gather(bytesMax: bytesMax) : .stream(bytesMax: bytesMax),
      keepAlive: !closes)
    {
    case .gather, .ignore: break
    case .start: admit(call, upload: UploadLength(bytes: checked.framing.contentLength))
    }
  }

  private func makeCall(_ head: HTTPRequestHead, _ checked: CheckedHead, route: Route) throws(Refusal) -> Call {
    let access = try CallAccess(
      head.headers, route: route, keys: gateway.keys, requiresKey: gateway.configuration.requiresVirtualKey,
      at: gateway.wallClock())
    let route = access.route
    let identity = try IdentityResolver().resolve(
      path: route.identity, headers: head.headers, provider: route.provider, access: access)
    let endpoint =
      checked.opensWebSocket
      ? Endpoint.recogniseSocket(path: route.path, query: route.query)
      : Endpoint.recognise(method: head.method.rawValue, path: route.path, dialect: route.dialect)
    let call = Call(
      id: gateway.ledger.nextCallID(),
      startedAt: gateway.wallClock(),
      startedUptimeNanoseconds: NIODeadline.now().uptimeNanoseconds,
      method: head.method.rawValue,
      route: route,
      endpoint: endpoint,
      identity: identity,
      headers: access.headers,
      framing: checked.framing, coding: ContentCoding(head.headers.first(name: "content-encoding")),
      contentType: head.headers.first(name: "content-type"), clientAddress: clientAddress, linking: gateway.runs.key)
    call.opensWebSocket = checked.opensWebSocket
    return call
  }

  // MARK: Body

  private func requestBody(_ part: ByteBuffer) {
    switch exchange.requestBody(bytes: part.readableBytes) {
    case .gather:
      requestPartArrived()
      if call?.gather(part, within: gateway.gatheredBytes) == false {
        refuse(.tooMuchGathered(), requestIsOpen: true, closes: true)
      }
    case .upload:
      requestPartArrived()
      call?.readRequestPart(part)
      upload.spend(part.readableBytes)
      call?.transfer?.write(part)
    case .refuseTooLarge:
      let bytesMax = gateway.configuration.limits.bodyBytesMax
      refuse(.bodyTooLarge(bytesMax: bytesMax), requestIsOpen: true, closes: true)
    case .close:
      closeAfterAnswer()
    case .cut:
      cut()
    case .discard, .ignore:
      break
    }
  }

  /// The upload has ended, or nobody takes it any more: the client is read again.
  func endUpload() {
    if upload.end() { context?.read() }
  }

  private func requestEnd() {
    requestArrivedWhole()
    call?.finishRequest(counts: gateway.counts, uptimeNanoseconds: NIODeadline.now().uptimeNanoseconds)
    switch exchange.requestEnd() {
    case .start:
      guard let call else { return }
      admit(call, upload: nil)
    case .finishUpload:
      endUpload()
      call?.transfer?.finishBody()
    case .becomeIdle:
      becameIdle()
    case .close:
      closeAfterAnswer()
    case .ignore:
      break
    }
  }

  // MARK: The client leaves

  func clientGone() {
    clientGone(gateway.configuration.onClientDisconnect == .cancel ? .cancel : .drain)
  }

  func clientGone(_ policy: Exchange.GoneClientPolicy) {
    clientLeft()
    call?.clientLeft()
    switch exchange.clientGone(policy) {
    case .forget:
      call = nil
    case .withdraw:
      if let call { withdraw(call) }
      call = nil
    case .cancelTransfer:
      call?.transfer?.cancel()
    case .drainTransfer:
      if case .drain(let seconds) = gateway.configuration.onClientDisconnect { beganDrain(seconds: seconds) }
      // What was held back because the client read slowly will never be read.
      returnHeldCredit()
    case .ignore:
      break
    }
  }
}
