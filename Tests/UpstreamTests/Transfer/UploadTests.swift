import NIOCore
import Synchronization
import Testing

@testable import Upstream

/// Bodies that are sent as they come from a client.
@Suite struct UploadTests {
  @Test(arguments: [nil, 400_000] as [Int64?])
  func `a streamed body arrives whole, by its length or in chunks`(contentLength: Int64?) async throws {
    let seen = Mutex<RawRequest?>(nil)
    let server = try LoopbackServer { connection, _ in
      let request = connection.readRequest()
      seen.withLock { $0 = request }
      connection.send(okReply("got it"))
    }
    defer { server.stop() }
    let body = (0..<400_000).map { UInt8(truncatingIfNeeded: $0) }
    try await withClient { client in
      let call = Call.start(client, .upload(server.port, contentLength))
      await call.write(body, parts: 7001)
      call.transfer?.finishBody()
      let reply = await call.end()
      #expect(reply.end.result == .complete, "\(reply.end)")
      #expect(reply.text == "got it")
      #expect(reply.disorder == [])
    }
    let request = try #require(seen.withLock { $0 })
    #expect(request.body == body)
    #expect(request.value("content-length") == contentLength.map { "\($0)" })
    #expect(request.value("transfer-encoding") == (contentLength == nil ? "chunked" : nil))
  }

  @Test(arguments: [nil, 0] as [Int64?])
  func `a streamed body may be empty`(contentLength: Int64?) async throws {
    let server = try LoopbackServer { connection, _ in
      if let request = connection.readRequest() { connection.send(okReply("\(request.body.count)")) }
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .upload(server.port, contentLength))
      call.transfer?.finishBody()
      #expect(await call.end().text == "0")
    }
  }

  @Test func `credit comes back only as the upstream takes the body`() async throws {
    let gate = AsyncGate()
    let server = try LoopbackServer { connection, _ in
      gate.wait()
      guard let request = connection.readRequest() else { return }
      connection.send(okReply("\(request.body.count)"))
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .upload(server.port, nil))
      let total = 20_000_000
      #expect(await call.until { $0.uploadCreditBytes > 0 }.uploadCreditBytes == UploadQueue.bytesMax)
      // The upstream reads nothing: what the kernel does not hold stops here.
      let taken = await call.writeUntilFull(total)
      #expect(taken < total)
      gate.open()
      await call.write([UInt8](repeating: 7, count: total - taken), parts: 65536, alreadyWritten: taken)
      call.transfer?.finishBody()
      #expect(await call.end().text == "\(total)")
    }
  }

  @Test func `an answer can come before the body has ended`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .upload(server.port, 1_000_000))
      call.transfer?.write(ByteBuffer(string: "part"))
      let reply = await call.end()
      #expect(reply.head?.status == 413)
      #expect(reply.text == "big")
      #expect(reply.end.result == .complete, "\(reply.end)")
      call.transfer?.write(ByteBuffer(string: "late"))
      call.transfer?.finishBody()
    }
  }

  @Test func `a body shorter or longer than its length is not passed off as whole`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      let short = Call.start(client, .upload(server.port, 10))
      short.transfer?.write(ByteBuffer(string: "123"))
      short.transfer?.finishBody()
      let reply = await short.end()
      #expect(reply.failure == .badRequest, "\(reply.end)")
      #expect(reply.end.wasSent)
      let long = Call.start(client, .upload(server.port, 10))
      long.transfer?.write(ByteBuffer(string: "123456789012345"))
      #expect(await long.end().failure == .badRequest)
    }
  }

  @Test func `who writes more than the credit fails alone`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.waitForClose()
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .upload(server.port, nil))
      call.transfer?.write(ByteBuffer(repeating: 1, count: UploadQueue.bytesMax + 1))
      #expect(await call.end().failure == .internalError)
    }
  }

  @Test func `an upload and its reply can run at the same time`() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readHead()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      while let line = connection.readLine(), let size = Int(line, radix: 16),
        let chunk = connection.read(exactly: size + 2)
      {
        connection.send("\(String(size, radix: 16))\r\n")
        connection.send(chunk)
        if size == 0 { break }
      }
    }
    defer { server.stop() }
    try await withClient { client in
      let call = Call.start(client, .upload(server.port, nil))
      var sent = 0
      for part in ["one", "two", "three"] {
        call.transfer?.write(ByteBuffer(string: part))
        sent += part.utf8.count
        let expected = sent
        #expect(await call.until { $0.body.count == expected }.text.hasSuffix(part))
      }
      call.transfer?.finishBody()
      let reply = await call.end()
      #expect(reply.end.result == .complete)
      #expect(reply.text == "onetwothree")
    }
  }
}

extension UpstreamRequest {
  static func upload(_ port: Int, _ contentLength: Int64?) -> Self {
    Self(
      origin: .loopback(port), method: "POST", target: "/upload", headers: [],
      body: .streamed(contentLength: contentLength))
  }
}

extension Call {
  /// Writes within the credit, in parts of at most so many bytes.
  func write(_ body: [UInt8], parts partBytes: Int, alreadyWritten: Int = 0) async {
    var sent = 0
    while sent < body.count {
      let before = sent + alreadyWritten
      let reply = await self.until { $0.uploadCreditBytes > before }
      let count = min(body.count - sent, reply.uploadCreditBytes - before, partBytes)
      guard count > 0 else { return }
      self.transfer?.write(ByteBuffer(bytes: body[sent..<(sent + count)]))
      sent += count
    }
  }

  /// Writes all credit that comes until none has come for a while, and returns how much that was.
  func writeUntilFull(_ bytesMax: Int) async -> Int {
    var sent = 0
    var quietRounds = 0
    while quietRounds < 20, sent < bytesMax {
      let count = min(bytesMax - sent, self.replyNow.uploadCreditBytes - sent)
      if count > 0 {
        self.transfer?.write(ByteBuffer(repeating: 7, count: count))
        sent += count
        quietRounds = 0
      } else {
        quietRounds += 1
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    return sent
  }
}
