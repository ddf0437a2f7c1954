import Glibc

/// Milliseconds of a clock that no one sets. It stands still while the machine sleeps.
func monotonicMilliseconds() -> Int64 { monotonicNanoseconds() / 1_000_000 }

/// The same clock in nanoseconds.
func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
