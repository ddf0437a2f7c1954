import Glibc

/// A lock with one condition, timed by the monotonic clock: what a thread of our own waits on. (`Mutex` has no
/// condition, and Foundation's waits by the wall clock.)
///
/// Unchecked: the two words are written only by the pthread calls that synchronise themselves.
final class MonitorLock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func withLock<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Gives the lock up until it is signalled or the time is over; it can wake early. The caller holds the lock.
  func wait(nanoseconds: Int64) {
    guard nanoseconds > 0 else { return }
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let (sum, overflow) = Int64(deadline.tv_nsec).addingReportingOverflow(nanoseconds)
    let total = overflow ? Int64.max : sum
    deadline.tv_sec &+= Int(total / 1_000_000_000)
    deadline.tv_nsec = Int(total % 1_000_000_000)
    pthread_cond_timedwait(condition, mutex, &deadline)
  }

  /// Gives the lock up until it is signalled. The caller holds the lock.
  func wait() { pthread_cond_wait(condition, mutex) }

  /// Wakes everyone who waits.
  func signal() { pthread_cond_broadcast(condition) }
}
