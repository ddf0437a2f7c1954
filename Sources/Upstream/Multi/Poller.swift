internal import CCurl
import Glibc

/// epoll, as a curl thread needs it.
final class Poller {
  /// A descriptor that is ready.
  struct Event {
    var descriptor: Int32
    /// CURL_CSELECT_IN and CURL_CSELECT_OUT. An error or a hang-up counts as both, so that libcurl finds out by reading.
    var curlEvents: Int32
  }

  /// How many events one wait returns at most.
  let eventsMax: Int
  let descriptor: Int32
  private let events: UnsafeMutablePointer<epoll_event>
  private var count = 0

  init(eventsMax: Int) throws {
    self.eventsMax = eventsMax
    self.descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard self.descriptor >= 0 else { throw UpstreamError.noDescriptor(errno: errno) }
    self.events = .allocate(capacity: eventsMax)
    self.events.initialize(repeating: epoll_event(), count: eventsMax)
  }

  deinit {
    close(self.descriptor)
    self.events.deallocate()
  }

  func watch(_ descriptor: Int32, forInput: Bool, forOutput: Bool) {
    var event = epoll_event()
    event.events = (forInput ? EPOLLIN.rawValue : 0) | (forOutput ? EPOLLOUT.rawValue : 0)
    event.data.fd = descriptor
    // Most often it is new here: a pooled connection is not watched between two transfers.
    if epoll_ctl(self.descriptor, EPOLL_CTL_ADD, descriptor, &event) != 0, errno == EEXIST {
      epoll_ctl(self.descriptor, EPOLL_CTL_MOD, descriptor, &event)
    }
  }

  func ignore(_ descriptor: Int32) {
    var event = epoll_event()
    epoll_ctl(self.descriptor, EPOLL_CTL_DEL, descriptor, &event)
  }

  /// Waits until a watched descriptor is ready, or for so long; for ever below zero. Returns how many are.
  func wait(milliseconds: Int32) -> Int {
    self.count = max(0, Int(epoll_wait(self.descriptor, self.events, Int32(self.eventsMax), milliseconds)))
    return self.count
  }

  /// One of what the last ``wait(milliseconds:)`` found.
  func event(_ index: Int) -> Event? {
    guard index >= 0, index < self.count else { return nil }
    let event = self.events[index]
    let isBroken = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    let input = isBroken || event.events & EPOLLIN.rawValue != 0 ? Int32(CURL_CSELECT_IN) : 0
    let output = isBroken || event.events & EPOLLOUT.rawValue != 0 ? Int32(CURL_CSELECT_OUT) : 0
    return Event(descriptor: event.data.fd, curlEvents: input | output)
  }
}
