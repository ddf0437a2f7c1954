import Glibc

/// Milliseconds of a clock that no one sets. It stands still while the machine sleeps.
func monotonicMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
}
