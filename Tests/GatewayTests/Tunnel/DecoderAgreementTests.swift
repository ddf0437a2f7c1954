import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Gateway

/// What is a socket's opening to Tollgate must be one to NIO's decoders too: they would read the frames behind any other head
/// as HTTP.
@Suite("NIO's decoder")
struct DecoderAgreementTests {
  static let frames: [UInt8] = [0x81, 0x05] + Array("GET /".utf8)
  static let pieces = [
    "upgrade", "Upgrade", "UPGRADE", "keep-alive", "close", "upgradex", "xupgrade", "up grade", ",", ", ", " ,", " , ",
    ",,", "\t",
    ",\t", "\t,", " ", "", "upgrade;q=1", "te", "up", "close,upgrade", "k",
  ]

  static func values(seed: UInt64) -> String {
    var random = SeededRandom(seed: seed)
    return (0..<Int.random(in: 1...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  @Test("stops behind every head of a client that opens a socket", arguments: 0..<400)
  func requests(seed: UInt64) throws {
    let fields = [
      ("Host", "127.0.0.1"), ("Connection", Self.values(seed: seed)),
      ("Upgrade", seed % 3 == 0 ? "WebSocket" : "websocket"),
      ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/v1/realtime", headers: HTTPHeaders(fields))
    let rules = try HeadRules(listenHost: "127.0.0.1")
    guard (try? HeadCheck(rules: rules).check(head))?.opensWebSocket == true else { return }
    let text = "GET /v1/realtime HTTP/1.1\r\n" + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
    let channel = EmbeddedChannel()
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
    try channel.pipeline.syncOperations.addHandler(decoder)
    try channel.writeInbound(ByteBuffer(bytes: Array(text.utf8) + Self.frames))
    #expect(try channel.readInbound(as: HTTPServerRequestPart.self) != nil, "\(fields[1].1)")
    #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == .end(nil), "\(fields[1].1)")
    try expectFrames(channel, decoder, fields[1].1)
  }

  @Test("stops behind every head of an upstream that agrees to a socket", arguments: 0..<400)
  func replies(seed: UInt64) throws {
    let fields = [
      ("Connection", Self.values(seed: seed)), ("Upgrade", "websocket"),
      ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ]
    let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: HTTPHeaders(fields))
    guard SocketOpening.isAgreed(head, to: SocketOpeningTests.request) else { return }
    let text = "HTTP/1.1 101 x\r\n" + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
    let channel = EmbeddedChannel()
    let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
    try channel.pipeline.syncOperations.addHandlers([HTTPRequestEncoder(), decoder])
    try channel.writeOutbound(HTTPClientRequestPart.head(SocketOpeningTests.request))
    try channel.writeOutbound(HTTPClientRequestPart.end(nil))
    try channel.writeInbound(ByteBuffer(bytes: Array(text.utf8) + Self.frames))
    #expect(try channel.readInbound(as: HTTPClientResponsePart.self) != nil, "\(fields[0].1)")
    #expect(try channel.readInbound(as: HTTPClientResponsePart.self) == .end(nil), "\(fields[0].1)")
    try expectFrames(channel, decoder, fields[0].1)
  }

  private func expectFrames(
    _ channel: EmbeddedChannel, _ decoder: any RemovableChannelHandler, _ value: String
  ) throws {
    channel.pipeline.syncOperations.removeHandler(decoder, promise: nil)
    channel.embeddedEventLoop.run()
    let rest = try channel.readInbound(as: ByteBuffer.self)
    #expect(rest.map { Array($0.readableBytesView) } == Self.frames, "\(value)")
    _ = try? channel.finish()
  }
}
