import Glibc
import Ledger
import Logging
import Metering
import Synchronization

/// A directory of its own for one test, removed with everything in it when the test ends.
final class Scratch: Sendable {
  let path: String

  /// - Parameter parent: a directory that exists; the default is the system's for temporary files.
  init(in parent: String = "/tmp") {
    var template = Array("\(parent)/tollgate-ledger-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "\(parent)/tollgate-ledger"
  }

  deinit { remove(path) }

  /// The data directory of a ledger in here.
  var data: String { path + "/data" }

  /// What `kill -9` at this moment would leave: the files as they are, since every store has reached the kernel.
  func copyOfData() -> Scratch {
    let copy = Scratch()
    mkdir(copy.data, 0o700)
    for name in names(in: data) { write(read("\(data)/\(name)"), to: "\(copy.data)/\(name)") }
    return copy
  }

  private func remove(_ path: String) {
    for name in names(in: path) { remove("\(path)/\(name)") }
    rmdir(path)
    unlink(path)
  }
}

func names(in directory: String) -> [String] {
  guard let stream = opendir(directory) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}

func read(_ path: String) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 1 << 20)
  while case let count = read(descriptor, &part, part.count), count > 0 { bytes += part.prefix(count) }
  return bytes
}

func write(_ bytes: [UInt8], to path: String) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  defer { close(descriptor) }
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written > 0 else { return }
    rest = rest.dropFirst(written)
  }
}

func permissions(of path: String) -> mode_t {
  var status = stat()
  stat(path, &status)
  return status.st_mode & 0o777
}

/// Waits for what another thread is about to do; false after ten seconds without it.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
  for _ in 0..<5000 {
    if try await condition() { return true }
    usleep(2000)
  }
  return false
}

/// A wall clock that tests set.
final class TestClock: Sendable {
  private let microseconds: Atomic<Int64>

  init(_ start: Timestamp = .testStart) { microseconds = Atomic(start.unixMicroseconds) }

  var now: Timestamp {
    get { Timestamp(unixMicroseconds: microseconds.load(ordering: .relaxed)) }
    set { microseconds.store(newValue.unixMicroseconds, ordering: .relaxed) }
  }
}

extension Timestamp {
  /// 2026-11-23T05:06:07.000008Z
  static let testStart = Timestamp(unixMicroseconds: 1_795_410_367_000_008)

  static func + (time: Timestamp, seconds: Int64) -> Timestamp {
    Timestamp(unixMicroseconds: time.unixMicroseconds + seconds * 1_000_000)
  }
}

/// Keeps what is logged, by level.
final class LogBook: Sendable {
  private let entries = Mutex<[(level: Logger.Level, text: String)]>([])

  func texts(_ level: Logger.Level) -> [String] {
    entries.withLock { $0.filter { $0.level == level }.map(\.text) }
  }

  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(book: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let book: LogBook
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let details = event.metadata?.map { "\($0)=\($1)" }.sorted().joined(separator: " ") ?? ""
      book.entries.withLock { $0.append((event.level, "\(event.message) \(details)")) }
    }
  }
}
