import Glibc

/// The system's words for an error number.
func systemErrorText(_ number: Int32) -> String {
  strerror(number).map { String(cString: $0) } ?? "error \(number)"
}

/// Nanoseconds of a clock that never jumps and goes on while the machine sleeps.
func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_BOOTTIME, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

/// Reads a file from its beginning to its end or to a limit; nil on an error, with `errno`.
func readAll(_ descriptor: Int32, bytesMax: Int) -> [UInt8]? {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { return nil }
  let wanted = min(max(0, Int(status.st_size)), bytesMax)
  var failed = false
  let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
    while count < wanted, let base = buffer.baseAddress {
      let got = pread(descriptor, base + count, wanted - count, off_t(count))
      if got < 0 && errno == EINTR { continue }
      failed = got < 0
      guard got > 0 else { return }
      count += got
    }
  }
  return failed ? nil : bytes
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
