import NIOCore
import NIOPosix
import Synchronization

@testable import Upstream

/// What a transfer delivered.
struct Reply: Sendable {
  var head: UpstreamHead?
  var body: [UInt8] = []
  var end = TransferEnd(result: .cancelled, wasSent: false)
  /// How often `willSend` ran.
  var sends = 0
  /// Credit for a streamed body.
  var uploadCreditBytes = 0
  /// What broke the order of events: empty.
  var disorder: [String] = []

  var text: String { String(decoding: self.body, as: UTF8.self) }
  var failure: TransferFailure? {
    if case .failed(let failure) = self.end.result { failure } else { nil }
  }
}

/// Starts transfers and gathers what they deliver, on one event loop for all tests.
final class Call: Sendable {
  static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

  private struct State {
    var reply = Reply()
    var hasEnded = false
    var transfer: Transfer?
    var uncreditedBytes = 0
    var waiters: [(condition: @Sendable (Reply, Bool) -> Bool, continuation: CheckedContinuation<Reply, Never>)] = []
  }

  private let state = Mutex(State())
  /// Whether the reply's credit is returned at once.
  private let returnsCredit: Bool

  private init(returnsCredit: Bool) {
    self.returnsCredit = returnsCredit
  }

  static func start(
    _ client: UpstreamClient, _ request: UpstreamRequest, limits: TransferLimits = TransferLimits(),
    on loop: (any EventLoop)? = nil, returnsCredit: Bool = true
  ) -> Call {
    let call = Call(returnsCredit: returnsCredit)
    let loop = loop ?? self.loops.next()
    let transfer = client.start(
      request, limits: limits, on: loop,
      willSend: {
        call.state.withLock { $0.reply.sends += 1 }
        call.wakeWaiters()
      },
      deliver: { events in
        if !loop.inEventLoop { call.state.withLock { $0.reply.disorder.append("not on the loop") } }
        while let event = events.next() { call.take(event) }
        call.wakeWaiters()
      })
    call.state.withLock { $0.transfer = transfer }
    call.giveBackEarlyCredit()
    return call
  }

  var transfer: Transfer? { self.state.withLock { $0.transfer } }
  var replyNow: Reply { self.state.withLock { $0.reply } }

  /// Waits for the end.
  func end() async -> Reply { await self.wait { _, hasEnded in hasEnded } }

  /// Waits until `condition` holds, or the end.
  func until(_ condition: @escaping @Sendable (Reply) -> Bool) async -> Reply {
    await self.wait { reply, hasEnded in hasEnded || condition(reply) }
  }

  private func wait(_ condition: @escaping @Sendable (Reply, Bool) -> Bool) async -> Reply {
    await withCheckedContinuation { continuation in
      self.state.withLock { $0.waiters.append((condition, continuation)) }
      self.wakeWaiters()
    }
  }

  private func take(_ event: TransferEvent) {
    let (credit, transfer) = self.state.withLock { state -> (Int, Transfer?) in
      if state.hasEnded { state.reply.disorder.append("\(event) after the end") }
      switch event {
      case .uploadCredit(let bytes): state.reply.uploadCreditBytes += bytes
      case .head(let head):
        if state.reply.head != nil { state.reply.disorder.append("two heads") }
        state.reply.head = head
      case .body(let part):
        if state.reply.head == nil { state.reply.disorder.append("a body before the head") }
        if part.readableBytes == 0 { state.reply.disorder.append("an empty part") }
        state.reply.body += part.readableBytesView
        guard self.returnsCredit else { break }
        state.uncreditedBytes += part.readableBytes
        if state.transfer != nil {
          defer { state.uncreditedBytes = 0 }
          return (state.uncreditedBytes, state.transfer)
        }
      case .end(let end):
        state.reply.end = end
        state.hasEnded = true
      }
      return (0, nil)
    }
    if credit > 0 { transfer?.returnCredit(bytes: credit) }
  }

  private func giveBackEarlyCredit() {
    let (credit, transfer) = self.state.withLock { state in
      defer { state.uncreditedBytes = 0 }
      return (state.uncreditedBytes, state.transfer)
    }
    if credit > 0 { transfer?.returnCredit(bytes: credit) }
  }

  private func wakeWaiters() {
    let (ready, reply) = self.state.withLock { state in
      let ready = state.waiters.filter { $0.condition(state.reply, state.hasEnded) }
      state.waiters.removeAll { $0.condition(state.reply, state.hasEnded) }
      return (ready, state.reply)
    }
    for waiter in ready { waiter.continuation.resume(returning: reply) }
  }
}

/// Runs `test` with a client of one thread, and shuts it down; afterwards no transfer is left.
func withClient<Result>(
  _ configuration: UpstreamClient.Configuration = oneThread(), resolver: NameResolver = NameResolver(),
  _ test: (UpstreamClient) async throws -> Result
) async throws -> Result {
  let client = try UpstreamClient(configuration: configuration, resolver: resolver)
  defer { client.shutDown() }
  return try await test(client)
}

func oneThread() -> UpstreamClient.Configuration {
  var configuration = UpstreamClient.Configuration()
  configuration.threads = 1
  return configuration
}

extension UpstreamRequest {
  static func get(_ port: Int, _ target: String = "/", headers: [(name: String, value: String)] = []) -> Self {
    Self(origin: .loopback(port), method: "GET", target: target, headers: headers, body: .none)
  }

  static func post(_ port: Int, _ body: String, headers: [(name: String, value: String)] = []) -> Self {
    Self(
      origin: .loopback(port), method: "POST", target: "/v1/chat/completions", headers: headers,
      body: .buffered(ByteBuffer(string: body)))
  }
}

extension UpstreamOrigin {
  static func loopback(_ port: Int, host: String = "127.0.0.1", basePath: String = "") -> Self {
    Self(scheme: .http, host: host, port: port, basePath: basePath)
  }
}

/// A reply with a length.
func okReply(_ body: String, _ fields: String = "") -> String {
  "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
