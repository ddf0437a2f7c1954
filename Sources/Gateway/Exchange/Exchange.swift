/// One connection's calls, one after another: events in, one action out, no I/O.
///
/// The handler (``ExchangeHandler``) feeds it what happened and does what it answers. Failure edges are states here, not
/// flags there: a client that left, an upstream that broke off, a refusal while the request still arrives.
///
/// A transfer that was started ends with exactly one ``upstreamEnded(_:)``, and only that event (or the end of an exchange
/// that never started one) returns an action that settles. So a call is settled once, whatever order things happen in.
///
/// An event that cannot happen in a state is answered with `ignore`: a late event of a call that has been given up is
/// normal here, since the peer, the upstream and the timers race.
struct Exchange: ~Copyable {
  /// How the body of a request is passed on.
  enum BodyPlan: Equatable {
    /// Gather it whole, up to a limit in bytes, and send it with its length: what a decision needs is known before.
    case gather(bytesMax: Int)
    /// Send it on as it arrives, up to a limit in bytes.
    case stream(bytesMax: Int)
  }

  /// What happens to a transfer whose client has left.
  enum GoneClientPolicy: Equatable {
    case cancel
    /// Read the reply to its end, for its usage; the handler sets a time limit and then calls ``drainTimedOut()``.
    case drain
  }

  private enum State {
    /// Between two requests. Next: gathering, uploading, refused, closed.
    case idle
    /// The body arrives; nothing has been sent upstream. Next: queued, waiting, refused, closed.
    case gathering(bytes: Int, bytesMax: Int)
    /// The transfer runs and the body still arrives; no reply yet. Next: waiting, replying, refused, draining.
    case uploading(Upload)
    /// The request is complete and waits for its turn at a budget, or for a person; nothing has been sent upstream.
    /// Next: waiting, refused, closed.
    case queued
    /// The request is complete, the transfer runs, no reply yet. Next: queued, replying, refused, draining.
    case waiting
    /// The reply's head has been sent to the client; `upload` while the body still arrives. Next: idle, closed, draining.
    case replying(upload: Upload?)
    /// Tollgate looks something of its own up, to answer with it. Next: closed.
    case answering(requestIsOpen: Bool)
    /// The client has left; the transfer is read to its end, or its cancellation awaited. Next: closed.
    case draining
    /// Tollgate has answered by itself; the rest of the request is dropped, up to a limit. Next: idle, closed.
    case refused(discardedBytes: Int, transferRuns: Bool)
    /// The connection is over.
    case closed
  }

  /// A body that is sent on as it arrives.
  private struct Upload {
    var bytes = 0
    var bytesMax: Int

    /// False where that would be too many.
    mutating func add(_ count: Int) -> Bool {
      let (sum, overflow) = bytes.addingReportingOverflow(count)
      bytes = sum
      return !overflow && sum <= bytesMax
    }
  }

  /// A refused request's body is read and dropped up to this size, so that its client sees the answer; beyond, the
  /// connection is closed.
  static let discardedBytesMax = 256 * 1024

  private var state = State.idle
  private var isKeptAlive = true

  // MARK: The request

  enum HeadAction: Equatable {
    /// Gather the body.
    case gather
    /// Admit the call and start a streamed transfer.
    case start
    case ignore
  }

  /// A head was read, and found acceptable.
  mutating func requestHead(_ plan: BodyPlan, keepAlive: Bool) -> HeadAction {
    guard case .idle = state else { return .ignore }
    isKeptAlive = keepAlive
    switch plan {
    case .gather(let bytesMax):
      state = .gathering(bytes: 0, bytesMax: bytesMax)
      return .gather
    case .stream(let bytesMax):
      state = .uploading(Upload(bytesMax: bytesMax))
      return .start
    }
  }

  /// A head asks for something of Tollgate's own. False: no request can begin now.
  mutating func ownRequest() -> Bool {
    guard case .idle = state else { return false }
    isKeptAlive = false
    state = .answering(requestIsOpen: true)
    return true
  }

  enum BodyAction: Equatable {
    case gather
    case upload
    /// Refuse with 413 and close.
    case refuseTooLarge
    case discard
    /// The client keeps sending what nobody wants.
    case close
    /// An upload passed its limit after its reply had begun: end both.
    case cut
    case ignore
  }

  mutating func requestBody(bytes: Int) -> BodyAction {
    switch state {
    case .gathering(let gathered, let bytesMax):
      guard let total = Self.sum(gathered, bytes, notOver: bytesMax) else { return .refuseTooLarge }
      state = .gathering(bytes: total, bytesMax: bytesMax)
      return .gather
    case .uploading(var upload):
      guard upload.add(bytes) else { return .refuseTooLarge }
      state = .uploading(upload)
      return .upload
    case .replying(upload: .some(var upload)):
      guard upload.add(bytes) else { return .cut }
      state = .replying(upload: upload)
      return .upload
    case .refused(let discarded, let transferRuns):
      guard let total = Self.sum(discarded, bytes, notOver: Self.discardedBytesMax) else {
        state = .closed
        return .close
      }
      state = .refused(discardedBytes: total, transferRuns: transferRuns)
      return .discard
    case .idle, .queued, .waiting, .replying(upload: nil), .answering, .draining, .closed:
      return .ignore
    }
  }

  enum RequestEndAction: Equatable {
    /// Admit the call and start a transfer with the gathered body.
    case start
    case finishUpload
    /// The refused request has been read to its end; the connection is ready for the next.
    case becomeIdle
    case close
    case ignore
  }

  mutating func requestEnd() -> RequestEndAction {
    switch state {
    case .gathering:
      state = .waiting
      return .start
    case .uploading:
      state = .waiting
      return .finishUpload
    case .replying(upload: .some):
      state = .replying(upload: nil)
      return .finishUpload
    case .refused:
      return afterRefusal()
    case .answering:
      state = .answering(requestIsOpen: false)
      return .ignore
    case .idle, .queued, .waiting, .replying(upload: nil), .draining, .closed:
      return .ignore
    }
  }

  enum RefuseAction: Equatable {
    /// Write the refusal. `closes`: with `connection: close`, and close once it is written.
    case write(closes: Bool)
    /// The client has seen another answer, or has left.
    case ignore
  }

  /// Tollgate answers by itself: a head that cannot be accepted, a limit, a client that takes too long.
  ///
  /// - Parameters:
  ///   - requestIsOpen: whether more of the request is to come.
  ///   - closes: whether the connection must not be used again.
  mutating func refuse(requestIsOpen: Bool, closes: Bool) -> RefuseAction {
    switch state {
    case .idle, .gathering:
      isKeptAlive = isKeptAlive && !closes
      return answered(requestIsOpen: requestIsOpen, transferRuns: false)
    case .uploading:
      // A running transfer still belongs to this exchange: no other may begin before it has ended.
      isKeptAlive = false
      return answered(requestIsOpen: requestIsOpen, transferRuns: true)
    case .answering(let isOpen):
      return answered(requestIsOpen: isOpen, transferRuns: false)
    case .queued, .waiting, .replying, .draining, .refused, .closed:
      return .ignore
    }
  }

  // MARK: Admission

  /// The call that was to be started waits: at a budget, or for a person. False: it cannot, since its body is on its way.
  mutating func queue() -> Bool {
    switch state {
    case .waiting, .queued:
      // One wait can follow another.
      state = .queued
      return true
    case .idle, .gathering, .uploading, .replying, .answering, .draining, .refused, .closed: return false
    }
  }

  /// The wait is over and the transfer starts. False: the client has left meanwhile.
  mutating func dequeue() -> Bool {
    guard case .queued = state else { return false }
    state = .waiting
    return true
  }

  /// The call that was to be started is not admitted, so no transfer runs.
  mutating func admissionRefused() -> RefuseAction {
    switch state {
    case .uploading: answered(requestIsOpen: true, transferRuns: false)
    case .queued, .waiting: answered(requestIsOpen: false, transferRuns: false)
    case .idle, .gathering, .replying, .answering, .draining, .refused, .closed: .ignore
    }
  }

  // MARK: The upstream

  enum UpstreamHeadAction: Equatable {
    case forward
    /// The client has left: remember the status only.
    case observe
    case ignore
  }

  mutating func upstreamHead() -> UpstreamHeadAction {
    switch state {
    case .uploading(let upload):
      state = .replying(upload: upload)
      return .forward
    case .waiting:
      state = .replying(upload: nil)
      return .forward
    case .draining:
      return .observe
    case .idle, .gathering, .queued, .replying, .answering, .refused, .closed:
      return .ignore
    }
  }

  /// The upstream has agreed to open a WebSocket. True: the connection is a tunnel's now, and no exchange's any more.
  mutating func upgraded() -> Bool {
    guard case .waiting = state else { return false }
    state = .closed
    return true
  }

  enum UpstreamBodyAction: Equatable {
    /// Write it, meter it, and send it then.
    case forward
    /// The client has left: meter only.
    case meter
    case ignore
  }

  mutating func upstreamBody() -> UpstreamBodyAction {
    switch state {
    case .replying: .forward
    case .draining: .meter
    case .idle, .gathering, .uploading, .queued, .waiting, .answering, .refused, .closed: .ignore
    }
  }

  /// How a transfer ended, as far as the exchange cares.
  enum UpstreamEnd: Equatable {
    case complete
    case failed
  }

  enum UpstreamEndAction: Equatable {
    /// Settle, and end the reply.
    case finishReply(then: AfterReply)
    /// Settle, and answer with the failure. `closes` as in ``RefuseAction``.
    case refuseAndSettle(closes: Bool)
    /// Settle, and close the connection without ending the reply: the client must see that it is cut.
    case truncate
    /// Settle; the client has left or has been answered already.
    case settle
    case ignore
  }

  enum AfterReply: Equatable {
    case becomeIdle
    case close
  }

  mutating func upstreamEnded(_ end: UpstreamEnd) -> UpstreamEndAction {
    switch state {
    case .uploading, .waiting:
      // Without a head there is no reply, so even a transfer that calls itself complete has failed.
      var requestIsOpen = false
      if case .uploading = state { requestIsOpen = true }
      switch answered(requestIsOpen: requestIsOpen, transferRuns: false) {
      case .write(let closes): return .refuseAndSettle(closes: closes)
      case .ignore: return .settle
      }
    case .replying(let upload):
      guard end == .complete else {
        state = .closed
        return .truncate
      }
      // A reply that came before the end of its request leaves the rest of the request unread.
      let isReusable = isKeptAlive && upload == nil
      state = isReusable ? .idle : .closed
      return .finishReply(then: isReusable ? .becomeIdle : .close)
    case .draining:
      state = .closed
      return .settle
    case .refused(let discarded, transferRuns: true):
      state = .refused(discardedBytes: discarded, transferRuns: false)
      return .settle
    case .closed:
      // The connection was closed while a refused upload's transfer was being cancelled.
      return .settle
    case .idle, .gathering, .queued, .answering, .refused(_, transferRuns: false):
      return .ignore
    }
  }

  // MARK: The client

  enum ClientGoneAction: Equatable {
    /// Nothing was sent upstream: nothing to settle.
    case forget
    /// The same, and the call leaves the queue that it waits in.
    case withdraw
    case cancelTransfer
    case drainTransfer
    case ignore
  }

  mutating func clientGone(_ policy: GoneClientPolicy) -> ClientGoneAction {
    switch state {
    case .idle, .gathering, .answering:
      state = .closed
      return .forget
    case .queued:
      state = .closed
      return .withdraw
    case .uploading, .replying(upload: .some):
      // The rest of the request will never come.
      state = .draining
      return .cancelTransfer
    case .waiting, .replying(upload: nil):
      state = .draining
      return policy == .drain ? .drainTransfer : .cancelTransfer
    case .refused, .draining, .closed:
      if case .draining = state { return .ignore }
      state = .closed
      return .ignore
    }
  }

  /// The time for a drain is over. True: cancel the transfer.
  mutating func drainTimedOut() -> Bool {
    if case .draining = state { true } else { false }
  }

  // MARK: The connection

  /// Whether a request can begin.
  var isIdle: Bool { if case .idle = state { true } else { false } }

  /// Whether a request is under way, from its head to the end of its reply.
  var isBusy: Bool {
    switch state {
    case .idle, .closed: false
    default: true
    }
  }

  /// Whether the request still arrives, so that its body time-out applies.
  var isReceiving: Bool {
    switch state {
    case .gathering, .uploading, .replying(upload: .some), .answering(requestIsOpen: true), .refused: true
    case .idle, .queued, .waiting, .replying(upload: nil), .answering(requestIsOpen: false), .draining, .closed: false
    }
  }

  /// The connection is not to be used again after the present exchange. True: it is idle, so close it now.
  mutating func stopReuse() -> Bool {
    isKeptAlive = false
    guard case .idle = state else { return false }
    state = .closed
    return true
  }

  /// Whether the present answer may leave the connection open.
  var mayKeepAlive: Bool { isKeptAlive }

  private mutating func answered(requestIsOpen: Bool, transferRuns: Bool) -> RefuseAction {
    if requestIsOpen || transferRuns {
      state = .refused(discardedBytes: 0, transferRuns: transferRuns)
    } else {
      state = isKeptAlive ? .idle : .closed
    }
    return .write(closes: !isKeptAlive)
  }

  private static func sum(_ total: Int, _ more: Int, notOver limit: Int) -> Int? {
    let (sum, overflow) = total.addingReportingOverflow(more)
    return overflow || sum > limit ? nil : sum
  }

  private mutating func afterRefusal() -> RequestEndAction {
    state = isKeptAlive ? .idle : .closed
    return isKeptAlive ? .becomeIdle : .close
  }
}
