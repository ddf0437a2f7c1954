import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Gateway

/// What becomes of raw bytes on a connection: NIO's decoder reads them, each head is checked, and the first fault ends it.
struct RawRequests {
  /// The requests whose heads passed, and whose bodies were whole.
  private(set) var accepted = 0
  /// The heads that passed.
  private(set) var heads: [CheckedHead] = []
  /// Why the connection ended, if it did.
  private(set) var rejection: Rejection?

  /// - Parameter parts: what arrives, one read after the other.
  init(_ parts: [[UInt8]], rules: HeadRules) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderListSize = HeadLimits.headBytesMax
    limits.maxHeaderFieldSize = HeadLimits.fieldBytesMax
    limits.maxHeaderFieldCount = HeadLimits.fieldsMax
    let decoder = HTTPRequestDecoder(
      leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits)
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    for part in parts where rejection == nil {
      var fault: (any Error)?
      do { try channel.writeInbound(ByteBuffer(bytes: part)) } catch { fault = error }
      while rejection == nil, let event = try channel.readInbound(as: HTTPServerRequestPart.self) {
        take(event, HeadCheck(rules: rules))
      }
      if rejection == nil, let fault { rejection = Rejection(decoderError: fault) }
    }
  }

  private mutating func take(_ event: HTTPServerRequestPart, _ check: HeadCheck) {
    switch event {
    case .head(let head):
      do throws(Rejection) {
        heads.append(try check.check(head))
      } catch {
        rejection = error
      }
    case .body: break
    case .end: accepted += 1
    }
  }
}
