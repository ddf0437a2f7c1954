/// A point of wall-clock time, in microseconds since 1970-01-01T00:00:00Z.
///
/// Time is always an argument: nothing in the pure modules reads a clock.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since the Unix epoch, not counting leap seconds. Negative before 1970.
  public var unixMicroseconds: Int64

  public init(unixMicroseconds: Int64) {
    self.unixMicroseconds = unixMicroseconds
  }

  public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
    lhs.unixMicroseconds < rhs.unixMicroseconds
  }
}
