/// How far a streamed upload may run ahead of what the upstream has taken.
///
/// A read of the client's socket is held back unless the upstream has room for all that one read can bring, so that a
/// transfer is never given more than it asked for.
struct UploadCredit {
  /// What one read of the socket brings at most: NIO's largest receive buffer. The listener allows one a turn.
  static let readBytesMax = 65_536

  private var bytes = 0
  private var isActive = false
  private(set) var isHoldingRead = false

  mutating func begin() {
    self = UploadCredit()
    isActive = true
  }

  /// The body is complete, or nobody takes it any more. True: a read that was held back is due now.
  mutating func end() -> Bool {
    defer { self = UploadCredit() }
    return isHoldingRead
  }

  /// Whether a read is to be held back; remembers that one was.
  mutating func holdRead() -> Bool {
    isHoldingRead = isActive && bytes < Self.readBytesMax
    return isHoldingRead
  }

  mutating func spend(_ count: Int) { bytes = bytes.subtractingReportingOverflow(count).partialValue }

  /// True: a read that was held back is due now.
  mutating func add(_ count: Int) -> Bool {
    bytes = bytes.addingReportingOverflow(count).partialValue
    guard isHoldingRead, bytes >= Self.readBytesMax else { return false }
    isHoldingRead = false
    return true
  }
}
