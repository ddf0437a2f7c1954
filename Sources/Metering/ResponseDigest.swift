/// 128 bits that stand for a provider and the id that it gave a response, under a key of the ledger's own.
public struct ResponseDigest: Sendable, Hashable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
