import Glibc
import Synchronization

/// A server on loopback that answers with raw bytes: each connection runs `script` on a thread of its own.
final class LoopbackServer: Sendable {
  let port: Int
  private let listener: Int32
  private let accepted = Mutex<[Int32]>([])
  private let isStopped = Atomic<Bool>(false)

  /// `script` gets the connection and its number, from 0. When it returns, the connection is closed.
  init(version6: Bool = false, _ script: @escaping @Sendable (Connection, Int) -> Void) throws {
    let (listener, port) = try listenOnLoopback(version6: version6)
    self.listener = listener
    self.port = port
    startTestThread { [self] in
      var number = 0
      while true {
        let peer = accept(listener, nil, nil)
        guard peer >= 0, !self.isStopped.load(ordering: .acquiring) else { break }
        self.accepted.withLock { $0.append(peer) }
        let connection = Connection(descriptor: peer)
        let index = number
        number += 1
        startTestThread {
          script(connection, index)
          self.accepted.withLock { $0.removeAll { $0 == peer } }
          connection.close()
        }
      }
      close(listener)
    }
  }

  /// Ends the listener and every connection.
  func stop() {
    self.isStopped.store(true, ordering: .releasing)
    Glibc.shutdown(self.listener, Int32(SHUT_RDWR))
    self.accepted.withLock { for peer in $0 { Glibc.shutdown(peer, Int32(SHUT_RDWR)) } }
  }

  var connectionsOpen: Int { self.accepted.withLock { $0.count } }
}

/// A request as it came.
struct RawRequest: Sendable, Equatable {
  /// With the empty line's CR LF.
  var head: String
  /// Without chunked coding.
  var body: [UInt8]

  var lines: [String] { self.head.split(separator: "\r\n").map(String.init) }
  var requestLine: String { self.lines.first ?? "" }
  var fields: [String] { Array(self.lines.dropFirst()) }

  func value(_ name: String) -> String? {
    let prefix = name.lowercased() + ":"
    guard let line = self.fields.first(where: { $0.lowercased().hasPrefix(prefix) }) else { return nil }
    return String(line.dropFirst(prefix.count).drop { $0 == " " })
  }
}

/// One connection of a ``LoopbackServer``; used by the thread of its script.
final class Connection: @unchecked Sendable {
  let descriptor: Int32
  private var buffered: [UInt8] = []
  private var isClosed = false

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// The next request, or nil when the peer has closed.
  func readRequest() -> RawRequest? {
    guard let head = self.readHead() else { return nil }
    var request = RawRequest(head: head, body: [])
    if let length = request.value("content-length").flatMap(Int.init) {
      guard let body = self.read(exactly: length) else { return nil }
      request.body = body
    } else if request.value("transfer-encoding") == "chunked" {
      while true {
        guard let line = self.readLine(), let size = Int(line, radix: 16), let chunk = self.read(exactly: size + 2)
        else {
          return nil
        }
        if size == 0 { break }
        request.body += chunk.dropLast(2)
      }
    }
    return request
  }

  func readHead() -> String? {
    var head = ""
    while true {
      guard let line = self.readLine() else { return nil }
      head += line + "\r\n"
      if line.isEmpty { return head }
    }
  }

  func readLine() -> String? {
    while true {
      if let end = self.buffered.firstIndex(of: 10) {
        let line = self.buffered[..<end]
        self.buffered.removeSubrange(...end)
        return String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
      }
      guard self.fill() else { return nil }
    }
  }

  func read(exactly count: Int) -> [UInt8]? {
    while self.buffered.count < count { guard self.fill() else { return nil } }
    defer { self.buffered.removeFirst(count) }
    return Array(self.buffered.prefix(count))
  }

  /// Waits until the peer has closed.
  func waitForClose() {
    while self.fill() {}
  }

  private func fill() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(self.descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return false }
    self.buffered += bytes[..<count]
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { self.send(Array(text.utf8)) }

  /// False when the peer has gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Closes with a reset instead of an end.
  /// Returns once the peer's kernel has what was sent: only then is it certain that the peer can see it.
  func waitUntilAcknowledged() {
    var unacknowledged: Int32 = 1
    while ioctl(self.descriptor, UInt(TIOCOUTQ), &unacknowledged) == 0, unacknowledged > 0 { sched_yield() }
  }

  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    self.close()
  }

  func close() {
    guard !self.isClosed else { return }
    self.isClosed = true
    _ = Glibc.close(self.descriptor)
  }
}

struct NoSocket: Error {}

/// A listening socket on a free port.
func listenOnLoopback(version6: Bool = false, backlog: Int32 = 1024) throws -> (descriptor: Int32, port: Int) {
  let descriptor = socket(version6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  guard descriptor >= 0 else { throw NoSocket() }
  var one: Int32 = 1
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
  var storage = sockaddr_storage()
  if version6 {
    withUnsafeMutableBytes(of: &storage) {
      $0.storeBytes(
        of: sockaddr_in6(
          sin6_family: sa_family_t(AF_INET6), sin6_port: 0, sin6_flowinfo: 0, sin6_addr: in6addr_loopback,
          sin6_scope_id: 0),
        as: sockaddr_in6.self)
    }
  } else {
    withUnsafeMutableBytes(of: &storage) {
      $0.storeBytes(
        of: sockaddr_in(
          sin_family: sa_family_t(AF_INET), sin_port: 0, sin_addr: in_addr(s_addr: UInt32(0x7f00_0001).bigEndian),
          sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)),
        as: sockaddr_in.self)
    }
  }
  let length = socklen_t(version6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
  var lengthNow = length
  let code = withUnsafeMutablePointer(to: &storage) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      bind(descriptor, address, length) | listen(descriptor, backlog) | getsockname(descriptor, address, &lengthNow)
    }
  }
  guard code == 0 else {
    close(descriptor)
    throw NoSocket()
  }
  let port = withUnsafeBytes(of: storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self).bigEndian }
  return (descriptor, Int(port))
}

private final class ThreadBox: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

func startTestThread(_ run: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<ThreadBox>.fromOpaque(argument).takeRetainedValue().run() }
      return nil
    }, Unmanaged.passRetained(ThreadBox(run)).toOpaque())
  if code == 0 { pthread_detach(thread) }
}

/// A connection to loopback that is begun, and not waited for.
func connectWithoutWaiting(_ port: Int) -> Int32 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
  var address = sockaddr_in(
    sin_family: sa_family_t(AF_INET), sin_port: UInt16(truncatingIfNeeded: port).bigEndian,
    sin_addr: in_addr(s_addr: UInt32(0x7f00_0001).bigEndian), sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
  withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  return descriptor
}
