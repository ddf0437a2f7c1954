internal import CCurl

/// A multi handle, the data that its easy handles share, and the time at which libcurl wants to be called.
final class CurlMulti {
  let handle: UnsafeMutableRawPointer
  let share: UnsafeMutableRawPointer
  private let poller: Poller
  /// When libcurl wants to be called, as an absolute time: a relative one would starve while sockets keep the thread busy.
  private(set) var deadline: Int64?

  init(poller: Poller, connectionsMax: Int) throws {
    guard let handle = curl_multi_init() else { throw UpstreamError.curl("curl_multi_init failed") }
    guard let share = curl_share_init() else {
      curl_multi_cleanup(handle)
      throw UpstreamError.curl("curl_share_init failed")
    }
    self.handle = handle
    self.share = share
    self.poller = poller
    let this = Unmanaged.passUnretained(self).toOpaque()
    let codes = [
      // The default, four times the live handles, shrinks with the load, and then connections are closed after each request.
      ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, Int(connectionsMax)),
      ccurl_multi_set_long(handle, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)),
      ccurl_multi_set_pointer(handle, CURLMOPT_SOCKETDATA, this),
      ccurl_multi_set_pointer(handle, CURLMOPT_TIMERDATA, this),
      ccurl_multi_set_socket_function(handle, onSocket),
      ccurl_multi_set_timer_function(handle, onTimer),
    ]
    let shareCode = ccurl_share_data(share, CURL_LOCK_DATA_SSL_SESSION)
    guard codes.allSatisfy({ $0 == CURLM_OK }), shareCode == CURLSHE_OK else {
      throw UpstreamError.curl("this libcurl lacks an option: 7.88 or later is needed")
    }
  }

  deinit {
    curl_multi_cleanup(self.handle)
    curl_share_cleanup(self.share)
  }

  func add(_ transfer: EasyTransfer) -> Bool {
    curl_multi_add_handle(self.handle, transfer.handle) == CURLM_OK
  }

  func remove(_ transfer: EasyTransfer) {
    curl_multi_remove_handle(self.handle, transfer.handle)
  }

  /// A watched descriptor is ready.
  func act(on event: Poller.Event) {
    var running: Int32 = 0
    curl_multi_socket_action(self.handle, event.descriptor, event.curlEvents, &running)
  }

  /// Calls libcurl if its time has come.
  func actOnTime(_ now: Int64) {
    guard let deadline = self.deadline, deadline <= now else { return }
    self.deadline = nil
    var running: Int32 = 0
    curl_multi_socket_action(self.handle, CURL_SOCKET_BAD, 0, &running)
    guard self.deadline == nil else { return }
    // It does not repeat a time that it has told before.
    var milliseconds = -1
    curl_multi_timeout(self.handle, &milliseconds)
    self.setTimer(milliseconds)
  }

  /// The next transfer that libcurl has finished.
  func nextFinished() -> (EasyTransfer, CURLcode)? {
    var left: Int32 = 0
    while let message = curl_multi_info_read(self.handle, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      let code = ccurl_message_result(message)
      var pointer: UnsafeMutableRawPointer?
      guard ccurl_get_private(easy, &pointer) == CURLE_OK, let pointer else { continue }
      return (Unmanaged<EasyTransfer>.fromOpaque(pointer).takeUnretainedValue(), code)
    }
    return nil
  }

  fileprivate func setTimer(_ milliseconds: Int) {
    switch milliseconds {
    case ..<0: self.deadline = nil
    case 0: self.deadline = .min
    // Our clock is cut down to milliseconds: one more, so that libcurl is never called early.
    default: self.deadline = monotonicMilliseconds() &+ Int64(milliseconds) &+ 1
    }
  }

  fileprivate func watch(_ descriptor: Int32, _ what: Int32) {
    switch what {
    case CURL_POLL_REMOVE: self.poller.ignore(descriptor)
    default:
      self.poller.watch(
        descriptor, forInput: what == CURL_POLL_IN || what == CURL_POLL_INOUT,
        forOutput: what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
    }
  }
}

private let onSocket: curl_socket_callback = { _, descriptor, what, pointer, _ in
  guard let pointer else { return 0 }
  Unmanaged<CurlMulti>.fromOpaque(pointer).takeUnretainedValue().watch(descriptor, what)
  return 0
}

private let onTimer: curl_multi_timer_callback = { _, milliseconds, pointer in
  guard let pointer else { return 0 }
  Unmanaged<CurlMulti>.fromOpaque(pointer).takeUnretainedValue().setTimer(milliseconds)
  return 0
}
