internal import CCurl

/// A multi handle, the data that its easy handles share, and the time at which libcurl wants to be called.
final class CurlMulti {
  let handle: UnsafeMutableRawPointer
  let share: UnsafeMutableRawPointer
  private let poller: Poller
  private var streams: StreamGathering
  /// When libcurl wants to be called, as an absolute time: a relative one would starve while sockets keep the thread busy.
  private var timer: Int64?

  init(poller: Poller, connectionsMax: Int) throws {
    let streams = try StreamGathering()
    guard let handle = curl_multi_init() else { throw UpstreamError.curl("curl_multi_init failed") }
    guard let share = curl_share_init() else {
      curl_multi_cleanup(handle)
      throw UpstreamError.curl("curl_share_init failed")
    }
    self.handle = handle
    self.share = share
    self.poller = poller
    self.streams = streams
    self.streams.begin(in: poller)
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

  /// A descriptor of the main epoll is ready.
  func act(on event: Poller.Event) {
    guard event.descriptor != self.streams.poller.descriptor else { return self.streams.areReady = true }
    var running: Int32 = 0
    curl_multi_socket_action(self.handle, event.descriptor, event.curlEvents, &running)
  }

  /// Sees to a portion of the streams, if it is time.
  func actOnStreams(isSaturated: Bool, _ now: Int64) {
    self.streams.setGathering(isSaturated, in: self.poller)
    let count = self.streams.takePortion(now)
    for index in 0..<count {
      guard let event = self.streams.poller.event(index) else { continue }
      var running: Int32 = 0
      curl_multi_socket_action(self.handle, event.descriptor, event.curlEvents, &running)
    }
  }

  /// A transfer has become a stream, or is none any more.
  func move(_ easy: EasyTransfer, toStreams isStream: Bool) {
    let descriptor = easy.descriptor
    guard easy.isWatchedForInputOnly, isStream != self.streams.contains(descriptor) else { return }
    if isStream {
      self.poller.ignore(descriptor)
      self.streams.watch(descriptor)
    } else {
      self.streams.ignore(descriptor)
      self.poller.watch(descriptor, forInput: true, forOutput: false)
    }
  }

  /// When to call, whatever the main epoll says.
  var deadline: Int64? {
    guard let timer = self.timer, let round = self.streams.deadline else { return self.timer ?? self.streams.deadline }
    return min(timer, round)
  }

  /// Calls libcurl if its time has come.
  func actOnTime(_ now: Int64) {
    guard let timer = self.timer, timer <= now else { return }
    self.timer = nil
    var running: Int32 = 0
    curl_multi_socket_action(self.handle, CURL_SOCKET_BAD, 0, &running)
    guard self.timer == nil else { return }
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
      if let transfer = Self.transfer(of: easy) { return (transfer, code) }
    }
    return nil
  }

  /// The transfer that an easy handle runs.
  fileprivate static func transfer(of easy: UnsafeMutableRawPointer) -> EasyTransfer? {
    var pointer: UnsafeMutableRawPointer?
    guard ccurl_get_private(easy, &pointer) == CURLE_OK, let pointer else { return nil }
    return Unmanaged<EasyTransfer>.fromOpaque(pointer).takeUnretainedValue()
  }

  fileprivate func setTimer(_ milliseconds: Int) {
    switch milliseconds {
    case ..<0: self.timer = nil
    case 0: self.timer = .min
    // Our clock is cut down to milliseconds: one more, so that libcurl is never called early.
    default: self.timer = monotonicMilliseconds() &+ Int64(milliseconds) &+ 1
    }
  }

  fileprivate func watch(_ descriptor: Int32, _ what: Int32, for easy: EasyTransfer?) {
    let input = what == CURL_POLL_IN || what == CURL_POLL_INOUT
    let output = what == CURL_POLL_OUT || what == CURL_POLL_INOUT
    easy?.descriptor = descriptor
    easy?.isWatchedForInputOnly = input && !output
    if input, !output, let easy, easy.isStream {
      if !self.streams.contains(descriptor) { self.poller.ignore(descriptor) }
      return self.streams.watch(descriptor)
    }
    let wasStream = self.streams.contains(descriptor)
    if wasStream { self.streams.ignore(descriptor) }
    if input || output {
      self.poller.watch(descriptor, forInput: input, forOutput: output)
    } else if !wasStream {
      self.poller.ignore(descriptor)
    }
  }
}

private let onSocket: curl_socket_callback = { easy, descriptor, what, pointer, _ in
  guard let pointer else { return 0 }
  // libcurl closes connections with a handle of its own, which has no transfer.
  let transfer = easy.flatMap(CurlMulti.transfer(of:))
  Unmanaged<CurlMulti>.fromOpaque(pointer).takeUnretainedValue().watch(descriptor, what, for: transfer)
  return 0
}

private let onTimer: curl_multi_timer_callback = { _, milliseconds, pointer in
  guard let pointer else { return 0 }
  Unmanaged<CurlMulti>.fromOpaque(pointer).takeUnretainedValue().setTimer(milliseconds)
  return 0
}
