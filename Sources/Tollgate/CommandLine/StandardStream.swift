import Glibc

/// Standard output and standard error, written without buffering.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes all of `text`. A stream that cannot be written to any more is given up in silence: there is nobody to tell.
  func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}
