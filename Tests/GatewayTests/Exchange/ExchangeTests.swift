import Testing

@testable import Gateway

/// The exchange as a table: what happened, and what is to be done. No socket, no loop, no clock.
@Suite("An exchange")
struct ExchangeTests {
  private static let small = Exchange.BodyPlan.gather(bytesMax: 100)
  private static let stream = Exchange.BodyPlan.stream(bytesMax: 100)

  /// A request that has been sent on whole.
  private func waiting(keepAlive: Bool = true) -> Exchange {
    var exchange = Exchange()
    _ = exchange.requestHead(Self.small, keepAlive: keepAlive)
    _ = exchange.requestEnd()
    return exchange
  }

  /// A reply that flows.
  private func replying(keepAlive: Bool = true) -> Exchange {
    var exchange = waiting(keepAlive: keepAlive)
    _ = exchange.upstreamHead()
    return exchange
  }

  private func uploading() -> Exchange {
    var exchange = Exchange()
    _ = exchange.requestHead(Self.stream, keepAlive: true)
    return exchange
  }

  @Test("gathers a request, sends it on, forwards the reply, and is ready for the next")
  func wholeCall() {
    var exchange = Exchange()
    for _ in 1...2 {
      #expect(exchange.requestHead(Self.small, keepAlive: true) == .gather)
      #expect(exchange.requestBody(bytes: 60) == .gather)
      #expect(exchange.requestBody(bytes: 40) == .gather)
      #expect(exchange.requestEnd() == .start)
      #expect(exchange.upstreamHead() == .forward)
      #expect(exchange.upstreamBody() == .forward)
      #expect(exchange.upstreamEnded(.complete) == .finishReply(then: .becomeIdle))
      let isBusy = exchange.isBusy
      #expect(!isBusy)
    }
  }

  @Test("closes after the reply where the client wants no second request")
  func noKeepAlive() {
    var exchange = replying(keepAlive: false)
    #expect(exchange.upstreamEnded(.complete) == .finishReply(then: .close))
  }

  @Test("streams an upload as it arrives")
  func upload() {
    var exchange = Exchange()
    #expect(exchange.requestHead(Self.stream, keepAlive: true) == .start)
    #expect(exchange.requestBody(bytes: 50) == .upload)
    #expect(exchange.requestEnd() == .finishUpload)
    #expect(exchange.upstreamHead() == .forward)
    #expect(exchange.upstreamEnded(.complete) == .finishReply(then: .becomeIdle))
  }

  @Test("forwards a reply that comes before the end of its request, and does not use the connection again")
  func earlyReply() {
    var exchange = uploading()
    #expect(exchange.upstreamHead() == .forward)
    #expect(exchange.requestBody(bytes: 10) == .upload)
    #expect(exchange.upstreamEnded(.complete) == .finishReply(then: .close))
    #expect(exchange.requestBody(bytes: 10) == .ignore)
  }

  @Test("refuses a body over the limit, at exactly one byte more", arguments: [small, stream])
  func bodyTooLarge(plan: Exchange.BodyPlan) {
    var exchange = Exchange()
    _ = exchange.requestHead(plan, keepAlive: true)
    #expect(exchange.requestBody(bytes: 100) != .refuseTooLarge)
    #expect(exchange.requestBody(bytes: 1) == .refuseTooLarge)
    #expect(exchange.refuse(requestIsOpen: true, closes: true) == .write(closes: true))
    #expect(exchange.requestBody(bytes: 1) == .discard)
    #expect(exchange.requestEnd() == .close)
  }

  @Test("drops the rest of a refused request up to a limit, then closes")
  func discardLimit() {
    var exchange = Exchange()
    #expect(exchange.refuse(requestIsOpen: true, closes: false) == .write(closes: false))
    #expect(exchange.requestBody(bytes: Exchange.discardedBytesMax) == .discard)
    #expect(exchange.requestBody(bytes: 1) == .close)
    #expect(exchange.requestEnd() == .ignore)
  }

  @Test("keeps the connection after a refusal that leaves it in order")
  func refusalKeepsConnection() {
    var exchange = Exchange()
    #expect(exchange.refuse(requestIsOpen: true, closes: false) == .write(closes: false))
    #expect(exchange.requestEnd() == .becomeIdle)
    #expect(exchange.requestHead(Self.small, keepAlive: true) == .gather)
  }

  @Test("answers an upstream that fails before its head, and settles")
  func failureBeforeHead() {
    var exchange = waiting()
    #expect(exchange.upstreamEnded(.failed) == .refuseAndSettle(closes: false))
    #expect(exchange.requestHead(Self.small, keepAlive: true) == .gather)
  }

  @Test("treats a transfer that is complete without a head as failed")
  func completeWithoutHead() {
    var exchange = waiting()
    #expect(exchange.upstreamEnded(.complete) == .refuseAndSettle(closes: false))
  }

  @Test("cuts the reply of an upstream that fails after its head, and settles")
  func failureAfterHead() {
    var exchange = replying()
    #expect(exchange.upstreamEnded(.failed) == .truncate)
    #expect(exchange.requestHead(Self.small, keepAlive: true) == .ignore)
  }

  @Test("waits for its turn, then starts as if it had never waited")
  func queued() {
    var exchange = waiting()
    let isQueued = exchange.queue()
    #expect(isQueued)
    #expect(exchange.upstreamHead() == .ignore)
    let isDequeued = exchange.dequeue()
    #expect(isDequeued)
    #expect(exchange.upstreamHead() == .forward)
    #expect(exchange.upstreamEnded(.complete) == .finishReply(then: .becomeIdle))
  }

  @Test("answers a call whose turn does not come, and is ready for the next")
  func queuedInVain() {
    var exchange = waiting()
    _ = exchange.queue()
    #expect(exchange.admissionRefused() == .write(closes: false))
    let isDequeued = exchange.dequeue()
    #expect(!isDequeued)
    #expect(exchange.requestHead(Self.small, keepAlive: true) == .gather)
  }

  @Test("withdraws a call whose client leaves while it waits")
  func goneWhileQueued() {
    var exchange = waiting()
    _ = exchange.queue()
    #expect(exchange.clientGone(.drain) == .withdraw)
    let isDequeued = exchange.dequeue()
    #expect(!isDequeued)
    #expect(exchange.admissionRefused() == .ignore)
    #expect(exchange.clientGone(.cancel) == .ignore)
  }

  @Test("cannot wait with a body that is on its way")
  func uploadCannotQueue() {
    var exchange = uploading()
    let isQueued = exchange.queue()
    #expect(!isQueued)
  }

  @Test("forgets a request whose client leaves before anything was sent on")
  func goneWhileGathering() {
    var exchange = Exchange()
    _ = exchange.requestHead(Self.small, keepAlive: true)
    #expect(exchange.clientGone(.cancel) == .forget)
    #expect(exchange.requestEnd() == .ignore)
  }

  @Test("cancels the transfer of a client that leaves, and settles when it has ended")
  func goneIsCancelled() {
    for isReplying in [false, true] {
      var exchange = isReplying ? replying() : waiting()
      #expect(exchange.clientGone(.cancel) == .cancelTransfer)
      #expect(exchange.clientGone(.cancel) == .ignore)
      #expect(exchange.upstreamBody() == .meter)
      #expect(exchange.upstreamEnded(.failed) == .settle)
      #expect(exchange.clientGone(.cancel) == .ignore)
    }
  }

  @Test("reads on for the usage where the policy is to drain")
  func goneIsDrained() {
    var exchange = waiting()
    #expect(exchange.clientGone(.drain) == .drainTransfer)
    #expect(exchange.upstreamHead() == .observe)
    #expect(exchange.upstreamBody() == .meter)
    let timedOut = exchange.drainTimedOut()
    #expect(timedOut)
    #expect(exchange.upstreamEnded(.complete) == .settle)
    let timedOutAgain = exchange.drainTimedOut()
    #expect(!timedOutAgain)
  }

  @Test("cancels an upload whose client leaves, also where the policy is to drain")
  func goneWhileUploading() {
    var exchange = uploading()
    #expect(exchange.clientGone(.drain) == .cancelTransfer)
    #expect(exchange.upstreamEnded(.failed) == .settle)
  }

  @Test("settles the transfer of a refused upload once it has ended, and never uses the connection again")
  func refusedUpload() {
    var exchange = uploading()
    #expect(exchange.refuse(requestIsOpen: true, closes: false) == .write(closes: true))
    #expect(exchange.upstreamHead() == .ignore)
    #expect(exchange.upstreamEnded(.failed) == .settle)
    #expect(exchange.requestEnd() == .close)
  }

  @Test("settles a refused upload whose connection was closed first")
  func refusedUploadThenClosed() {
    var exchange = uploading()
    _ = exchange.refuse(requestIsOpen: true, closes: true)
    #expect(exchange.clientGone(.cancel) == .ignore)
    #expect(exchange.upstreamEnded(.failed) == .settle)
  }

  @Test("refuses nothing once a reply has begun")
  func refusalAfterHead() {
    var exchange = replying()
    #expect(exchange.refuse(requestIsOpen: false, closes: true) == .ignore)
    #expect(exchange.upstreamBody() == .forward)
  }

  @Test("answers a call that the ledger does not admit, and keeps the connection")
  func notAdmitted() {
    var exchange = waiting()
    #expect(exchange.admissionRefused() == .write(closes: false))
    #expect(exchange.requestHead(Self.stream, keepAlive: true) == .start)
    #expect(exchange.admissionRefused() == .write(closes: false))
    #expect(exchange.requestEnd() == .becomeIdle)
  }

  @Test("ends an upload that passes its limit after its reply has begun")
  func uploadTooLargeWhileReplying() {
    var exchange = uploading()
    _ = exchange.upstreamHead()
    #expect(exchange.requestBody(bytes: 100) == .upload)
    #expect(exchange.requestBody(bytes: 1) == .cut)
    #expect(exchange.clientGone(.drain) == .cancelTransfer)
    #expect(exchange.upstreamEnded(.failed) == .settle)
  }

  @Test("answers for itself before or after the end of the request, and closes")
  func ownAnswer() {
    for isWhole in [false, true] {
      var exchange = Exchange()
      let begins = exchange.ownRequest()
      #expect(begins)
      if isWhole { #expect(exchange.requestEnd() == .ignore) }
      #expect(exchange.refuse(requestIsOpen: false, closes: true) == .write(closes: true))
      if !isWhole { #expect(exchange.requestEnd() == .close) }
      let isBusy = exchange.isBusy
      #expect(!isBusy)
    }
  }

  @Test("forgets what it looks up when the client leaves")
  func goneWhileAnswering() {
    var exchange = Exchange()
    _ = exchange.ownRequest()
    #expect(exchange.clientGone(.drain) == .forget)
    let isBusy = exchange.isBusy
    #expect(!isBusy)
    #expect(exchange.refuse(requestIsOpen: false, closes: true) == .ignore)
  }

  @Test("closes at once when it is idle and reuse is stopped, else after the reply")
  func stopReuse() {
    var idle = Exchange()
    let closesNow = idle.stopReuse()
    #expect(closesNow)
    var busy = replying()
    let closesBusyNow = busy.stopReuse()
    #expect(!closesBusyNow)
    #expect(busy.upstreamEnded(.complete) == .finishReply(then: .close))
  }

  /// Random events in any order: whatever happens, a started transfer is settled exactly once, and nothing traps.
  @Test("settles every started transfer exactly once under any order of events", arguments: 0..<40)
  func randomOrder(seed: UInt64) {
    var random = SplitMix(state: seed)
    for _ in 0..<500 {
      var exchange = Exchange()
      var transferRuns = false
      var settled = 0
      var started = 0
      for _ in 0..<30 {
        switch random.next() % 10 {
        case 0:
          let plan = random.next() % 2 == 0 ? Self.small : Self.stream
          guard exchange.requestHead(plan, keepAlive: random.next() % 2 == 0) == .start else { continue }
          (transferRuns, started) = Self.admit(&exchange, &random, started)
        case 1: _ = exchange.requestBody(bytes: Int(random.next() % 70))
        case 2:
          guard exchange.requestEnd() == .start else { continue }
          (transferRuns, started) = Self.admit(&exchange, &random, started)
        case 3: _ = exchange.refuse(requestIsOpen: random.next() % 2 == 0, closes: random.next() % 2 == 0)
        case 4 where transferRuns: _ = exchange.upstreamHead()
        case 5 where transferRuns: _ = exchange.upstreamBody()
        case 6 where transferRuns:
          transferRuns = false
          settled += Self.settles(exchange.upstreamEnded(random.next() % 2 == 0 ? .complete : .failed)) ? 1 : 0
        case 7: _ = exchange.clientGone(random.next() % 2 == 0 ? .cancel : .drain)
        case 8: _ = exchange.drainTimedOut()
        default: break
        }
      }
      if transferRuns { settled += Self.settles(exchange.upstreamEnded(.failed)) ? 1 : 0 }
      #expect(settled == started, "seed \(seed)")
    }
  }

  /// Starts the transfer, at once or after a wait, or has the ledger refuse it.
  private static func admit(_ exchange: inout Exchange, _ random: inout SplitMix, _ started: Int) -> (Bool, Int) {
    if random.next() % 3 == 0, exchange.queue() {
      if random.next() % 3 == 0 { _ = exchange.clientGone(.cancel) }
      guard exchange.dequeue() else { return (false, started) }
    }
    guard random.next() % 4 == 0 else { return (true, started + 1) }
    _ = exchange.admissionRefused()
    return (false, started)
  }

  private static func settles(_ action: Exchange.UpstreamEndAction) -> Bool {
    switch action {
    case .finishReply, .refuseAndSettle, .truncate, .settle: true
    case .ignore: false
    }
  }
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
