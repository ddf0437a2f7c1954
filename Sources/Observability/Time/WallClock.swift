internal import Glibc
public import Metering

/// The one place that reads the wall clock: it is handed to everything that needs the time.
public enum WallClock {
  /// The time now.
  @Sendable public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(unixMicroseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }
}
