import Metering

/// Makes digests of response ids under a key that the database keeps, so that they mean the same after a restart.
struct ResponseDigester: Sendable {
  private let low: UInt64
  private let high: UInt64

  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// The digester of a database, whose key is drawn when it is asked for first.
  init(_ connection: OpaquePointer) throws(SQLiteFailure) {
    (low, high) = try Facts.secret(.responseKeyLow, .responseKeyHigh, connection)
  }

  func digest(provider: String, responseID: String) -> ResponseDigest {
    var hash = SipHash(key: (low, high))
    for byte in provider.utf8 { hash.combine(byte) }
    // Neither is UTF-8, so that no other pair makes the same bytes.
    hash.combine(0xff)
    for byte in responseID.utf8 { hash.combine(byte) }
    let (low, high) = hash.finish()
    return ResponseDigest(high: high, low: low)
  }

  /// The digest of the response that a call was charged for; nil where it was charged for none. A call that was interrupted before
  /// anything was generated was charged a guess: a look at the response later has what it really used.
  func digest(of record: borrowing CallRecord) -> ResponseDigest? {
    guard record.usageSource != .none, let responseID = record.providerResponseID else { return nil }
    if record.usageSource == .recovered, record.usage[.output] == 0, record.usage[.reasoning] == 0 { return nil }
    return digest(provider: record.provider, responseID: responseID)
  }
}
