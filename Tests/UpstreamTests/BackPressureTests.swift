import NIOCore
import Synchronization
import Testing

@testable import Upstream

/// Replies whose reader is slower than the upstream.
@Suite struct BackPressureTests {
  private static let bodyBytes = 10_000_000

  @Test(arguments: ["length", "chunked"])
  func `no more than 64 KiB are handed over without credit, and every byte comes in the end`(framing: String)
    async throws
  {
    let isSent = Atomic<Bool>(false)
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      Self.sendBody(connection, framing)
      isSent.store(true, ordering: .releasing)
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .get(server.port), returnsCredit: false)
      var credited = 0
      while true {
        let before = credited
        let reply = await call.until { $0.body.count > before }
        #expect(reply.body.count - credited <= ReplyWindow.bytesMax)
        guard reply.body.count > credited else { break }
        if credited == 0 {
          // Others of the thread go on while this one is stopped; the kernel cannot hold the rest.
          let other = await Call.start(client, .get(server.port)).end()
          #expect(other.body.count == Self.bodyBytes)
        }
        call.transfer?.returnCredit(bytes: reply.body.count - credited)
        credited = reply.body.count
      }
      let reply = await call.end()
      #expect(reply.end.result == .complete, "\(reply.end)")
      #expect(reply.body.count == Self.bodyBytes)
      #expect(reply.body == Self.body)
    }
  }

  @Test func `a reply that is stopped is not taken for a silent one`() async throws {
    let server = try LoopbackServer { connection, number in
      _ = connection.readRequest()
      Self.sendBody(connection, "length")
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      var limits = TransferLimits()
      limits.idleTimeoutMilliseconds = 20
      let call = Call.start(client, .get(server.port), limits: limits, returnsCredit: false)
      // What is handed over fills the window: the transfer is paused, or is about to be at its next byte.
      #expect(await call.until { $0.body.count > ReplyWindow.bytesMax - 16384 }.failure == nil)
      try await Task.sleep(for: .milliseconds(100))
      #expect(call.replyNow.failure == nil)
      call.transfer?.cancel()
      #expect(await call.end().end == TransferEnd(result: .cancelled, wasSent: true))
    }
  }

  @Test func `a transfer that is stopped can be cancelled and shut down`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readRequest()
      Self.sendBody(connection, "chunked")
    }
    defer { server.stop() }
    try await withClient { client in
      let calls = (0..<4).map { _ in Call.start(client, .get(server.port), returnsCredit: false) }
      for call in calls { _ = await call.until { $0.body.count > ReplyWindow.bytesMax - 16384 } }
      calls[0].transfer?.cancel()
      #expect(await calls[0].end().end.result == .cancelled)
      client.shutDown()
      for call in calls { #expect(await call.end().end.result == .cancelled) }
    }
  }

  @Test func `more credit returned than was taken opens the window no further`() async throws {
    let window = SharedWindow()
    #expect(!window.giveBack(1_000_000))
    #expect(!window.giveBack(-5))
    #expect(window.take(ReplyWindow.bytesMax))
    #expect(!window.take(1))
  }

  /// A model beside the window, driven at random: paused exactly while a part was refused and the window has not fallen to half.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `the window takes, refuses and wakes as its model does`(seed: UInt64) {
    var random = SeededRandom(seed)
    let window = SharedWindow()
    var handedOver = 0
    var isPaused = false
    for step in 0..<20_000 {
      if random.next(2) == 0 {
        let bytes = 1 + random.next(16384)
        let fits = handedOver == 0 || handedOver + bytes <= ReplyWindow.bytesMax
        #expect(window.take(bytes) == fits, "seed \(seed), step \(step)")
        if fits { handedOver += bytes } else { isPaused = true }
      } else {
        let bytes = random.next(handedOver + 1)
        handedOver -= bytes
        let wakes = isPaused && handedOver <= ReplyWindow.resumeBytes
        #expect(window.giveBack(bytes) == wakes, "seed \(seed), step \(step)")
        if wakes { isPaused = false }
      }
    }
  }

  @Test func `two threads that take and return never lose a wake-up`() async {
    let window = SharedWindow()
    let total = 50_000
    let wakes = AsyncGate()
    startTestThread {
      for _ in 0..<total { while !window.take(20_000) { wakes.wait() } }
      window.isDone.store(true, ordering: .releasing)
    }
    // Returns what the other thread has taken, until it has taken all: a lost wake-up would leave it waiting for ever.
    while !window.isDone.load(ordering: .acquiring) {
      if window.giveBack(20_000) { wakes.open() }
      await Task.yield()
    }
  }

  /// Blocks that differ, so that a lost or doubled one shows.
  private static let body = (0..<(bodyBytes / 1000)).flatMap {
    [UInt8](repeating: UInt8(truncatingIfNeeded: $0 &* 7), count: 1000)
  }

  private static func sendBody(_ connection: Connection, _ framing: String) {
    let body = self.body
    guard framing == "chunked" else {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
      connection.send(body)
      return
    }
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in stride(from: 0, to: body.count, by: 9973) {
      let part = body[start..<min(start + 9973, body.count)]
      guard connection.send(Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10]) else { return }
    }
    connection.send("0\r\n\r\n")
  }
}

/// A window that can be copied about.
private final class SharedWindow: Sendable {
  private let window = ReplyWindow()
  let isDone = Atomic<Bool>(false)

  func take(_ bytes: Int) -> Bool { self.window.take(bytes) }
  func giveBack(_ bytes: Int) -> Bool { self.window.giveBack(bytes) }
}
