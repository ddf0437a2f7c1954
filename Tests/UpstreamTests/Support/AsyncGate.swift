import Glibc
import Synchronization

/// Lets a server's thread wait for the test: each `open` lets one `wait` pass.
final class AsyncGate: Sendable {
  private let ends: (read: Int32, write: Int32)

  init() {
    var pair: [Int32] = [0, 0]
    _ = pipe(&pair)
    self.ends = (pair[0], pair[1])
  }

  deinit {
    close(self.ends.read)
    close(self.ends.write)
  }

  func open() {
    var byte: UInt8 = 1
    _ = write(self.ends.write, &byte, 1)
  }

  func wait() {
    var byte: UInt8 = 0
    _ = read(self.ends.read, &byte, 1)
  }
}
