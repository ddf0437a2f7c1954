import Metering
import Synchronization

/// Gives out call ids: milliseconds since 2020 in the upper 42 bits, a sequence in the lower 21, and each greater
/// than the one before, whatever the clock does. The last one stands in the in-flight file, and so outlives the
/// process.
struct CallIDSource {
  static let sequenceBits: Int64 = 21
  /// 2020-01-01T00:00Z in microseconds since 1970.
  static let epochMicroseconds: Int64 = 1_577_836_800_000_000
  private static let millisecondsMax: Int64 = 1 << 42 - 1
  private static let microsecondsPerYear: Int64 = 31_557_600_000_000

  /// The least id that this time stands for.
  static func floor(at time: Timestamp) -> Int64 {
    let milliseconds = floorDivide(max(time.unixMicroseconds, epochMicroseconds) &- epochMicroseconds, by: 1000)
    return min(milliseconds, millisecondsMax) << sequenceBits
  }

  static func next(after greatest: borrowing Atomic<Int64>, now: Timestamp) -> CallID {
    let floor = floor(at: now)
    var last = greatest.load(ordering: .relaxed)
    while true {
      let next = max(floor, last == .max ? last : last &+ 1)
      let (exchanged, original) = greatest.weakCompareExchange(expected: last, desired: next, ordering: .relaxed)
      if exchanged { return CallID(rawValue: next) }
      last = original
    }
  }

  /// The last id given, as the in-flight file says; 0 where that number cannot be: its page is not covered by a
  /// checksum.
  static func plausible(_ greatest: Int64, now: Timestamp) -> Int64 {
    let (later, overflow) = now.unixMicroseconds.addingReportingOverflow(10 &* microsecondsPerYear)
    let limit = floor(at: Timestamp(unixMicroseconds: overflow ? .max : later))
    return (0...limit).contains(greatest) ? greatest : 0
  }
}
