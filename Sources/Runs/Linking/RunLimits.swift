/// How much a ``RunBook`` keeps.
public struct RunLimits: Sendable, Equatable {
  /// Links that are kept; the oldest go first. Some 50 bytes each.
  public var linksMax: Int
  /// Runs that are open at once; the one that has been idle longest ends first. Some 300 bytes each.
  public var runsMax: Int
  /// How long a run may have no call before it ends, in microseconds.
  public var idleMicroseconds: Int64
  /// How long after a failed call the same request is its retry, in microseconds.
  public var retryMicroseconds: Int64
  /// Changes that are kept for the next ``LinkBatch``; where there are more, it is one of all.
  public var changesMax: Int

  public init(
    linksMax: Int = 1_000_000, runsMax: Int = 100_000, idleMicroseconds: Int64 = 30 * 60 * 1_000_000,
    retryMicroseconds: Int64 = 10 * 60 * 1_000_000, changesMax: Int = 65_536
  ) {
    self.linksMax = max(1, min(linksMax, 1 << 30))
    self.runsMax = max(1, min(runsMax, 1 << 24))
    self.idleMicroseconds = max(0, idleMicroseconds)
    self.retryMicroseconds = max(0, retryMicroseconds)
    self.changesMax = max(1, changesMax)
  }
}
