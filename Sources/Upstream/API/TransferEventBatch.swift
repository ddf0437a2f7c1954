internal import NIOCore

/// The events of one wake-up, in order. At most one of each kind: parts of a body that came in one wake-up are one part.
public struct TransferEventBatch: Sendable {
  var uploadCreditBytes = 0
  var head: UpstreamHead?
  var body: ByteBuffer?
  var end: TransferEnd?

  init() {}

  /// The next event, or nil after the last.
  public mutating func next() -> TransferEvent? {
    if self.uploadCreditBytes > 0 {
      defer { self.uploadCreditBytes = 0 }
      return .uploadCredit(bytes: self.uploadCreditBytes)
    }
    if let head = self.head.take() { return .head(head) }
    if let body = self.body.take() { return .body(body) }
    if let end = self.end.take() { return .end(end) }
    return nil
  }
}
