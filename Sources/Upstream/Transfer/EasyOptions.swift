internal import CCurl

/// What is the same for every easy handle of a thread.
struct EasyDefaults {
  /// TLS sessions, shared by the handles of the thread.
  var share: UnsafeMutableRawPointer?
  /// Nil: libcurl's own.
  var caFile: String?
}

/// Sets options of an easy handle, and remembers whether libcurl refused one.
struct EasyOptions {
  let handle: UnsafeMutableRawPointer
  private(set) var areAllSet = true

  init(handle: UnsafeMutableRawPointer) {
    self.handle = handle
  }

  mutating func set(_ option: CURLoption, _ value: Int64) {
    self.note(ccurl_set_long(self.handle, option, Int(value)))
  }

  mutating func set(_ option: CURLoption, _ value: String?) {
    if let value {
      self.note(ccurl_set_string(self.handle, option, value))
    } else {
      self.note(ccurl_set_string(self.handle, option, nil))
    }
  }

  mutating func set(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>?) {
    self.note(ccurl_set_list(self.handle, option, value))
  }

  mutating func set(_ option: CURLoption, pointer: UnsafeRawPointer?) {
    self.note(ccurl_set_pointer(self.handle, option, pointer))
  }

  /// What every transfer has. `curl_easy_reset` came before: each line is a default of libcurl that is changed, or one that must not
  /// change under us.
  mutating func setFixed(_ defaults: EasyDefaults) {
    self.set(CURLOPT_SHARE, pointer: defaults.share)
    self.set(CURLOPT_NOSIGNAL, 1)
    // Without it, removing a transfer joins the thread of a hanging look-up.
    self.set(CURLOPT_QUICK_EXIT, 1)
    self.set(CURLOPT_HTTP_VERSION, Int64(CURL_HTTP_VERSION_1_1))
    self.set(CURLOPT_HTTP09_ALLOWED, 0)
    self.set(CURLOPT_PROTOCOLS_STR, "http,https")
    self.set(CURLOPT_FOLLOWLOCATION, 0)
    self.set(CURLOPT_PATH_AS_IS, 1)
    // The environment's proxies and ~/.netrc are the operator's shell's, not ours.
    self.set(CURLOPT_PROXY, "")
    self.set(CURLOPT_NOPROXY, "*")
    self.set(CURLOPT_NETRC, 0)
    self.set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    self.set(CURLOPT_TCP_NODELAY, 1)
    self.set(CURLOPT_TCP_KEEPALIVE, 1)
    self.set(CURLOPT_TCP_KEEPIDLE, Self.keepAliveSeconds)
    self.set(CURLOPT_TCP_KEEPINTVL, Self.keepAliveSeconds)
    self.set(CURLOPT_MAXAGE_CONN, Self.idleConnectionSeconds)
    self.set(CURLOPT_SSL_VERIFYPEER, 1)
    self.set(CURLOPT_SSL_VERIFYHOST, 2)
    if let caFile = defaults.caFile { self.setTrust(caFile) }
  }

  /// The certificates that a host is checked with.
  private mutating func setTrust(_ caFile: String) {
    // A directory beside the file would keep libcurl from reading the file once instead of once a connection.
    self.set(CURLOPT_CAPATH, nil as String?)
    self.set(CURLOPT_CAINFO, caFile)
  }

  /// Servers and load balancers close idle connections after 60 s or more (AWS ALB 60, nginx 75). One that is closed while a request is
  /// on its way costs the caller a 502, since it may not be sent again: an older connection is not used.
  private static let idleConnectionSeconds: Int64 = 50
  private static let keepAliveSeconds: Int64 = 30

  /// Method, origin and target.
  mutating func setTarget(_ request: UpstreamRequest) {
    let origin = request.origin
    if let caFile = origin.caFile { self.setTrust(caFile) }
    let host = HostAddress(origin.host)?.bracketed ?? origin.host
    self.set(CURLOPT_URL, "\(origin.scheme.rawValue)://\(host):\(origin.port)/")
    self.set(CURLOPT_REQUEST_TARGET, origin.basePath.isEmpty ? request.target : origin.basePath + request.target)
    switch request.method {
    case "GET": self.set(CURLOPT_HTTPGET, 1)
    // By CUSTOMREQUEST, libcurl would wait for a body.
    case "HEAD": self.set(CURLOPT_NOBODY, 1)
    default: break
    }
    if request.method != "HEAD" { self.set(CURLOPT_CUSTOMREQUEST, request.method) }
  }

  /// A body that stays where it is until the transfer has ended.
  mutating func setBody(_ bytes: UnsafeRawBufferPointer) {
    self.note(ccurl_set_offset(self.handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
    // NULL would mean: ask the read callback.
    let empty: StaticString = ""
    self.set(CURLOPT_POSTFIELDS, pointer: bytes.baseAddress ?? UnsafeRawPointer(empty.utf8Start))
  }

  /// A body that the read callback brings; chunked where its length is not known.
  mutating func setUpload(bytes: Int64?) {
    self.set(CURLOPT_UPLOAD, 1)
    self.note(ccurl_set_offset(self.handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes ?? -1)))
  }

  mutating func note(_ code: CURLcode) {
    if code != CURLE_OK { self.areAllSet = false }
  }
}
