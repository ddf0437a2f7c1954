internal import CCurl

/// A list of C strings as libcurl takes them.
struct HeaderList: ~Copyable {
  private(set) var first: UnsafeMutablePointer<curl_slist>?
  private var last: UnsafeMutablePointer<curl_slist>?
  private var line: [UInt8] = []

  init() {}

  deinit {
    curl_slist_free_all(self.first)
  }

  mutating func removeAll() {
    curl_slist_free_all(self.first)
    self.first = nil
    self.last = nil
  }

  /// The fields of a request, and lines without a value for those that libcurl would add on its own.
  mutating func append(fieldsOf request: UpstreamRequest) {
    var hasAccept = false
    var hasContentType = false
    for (name, value) in request.headers {
      if equalsIgnoringCase(name, "accept") { hasAccept = true }
      if equalsIgnoringCase(name, "content-type") { hasContentType = true }
      self.line.removeAll(keepingCapacity: true)
      self.line.append(contentsOf: name.utf8)
      // `Name:` would suppress the field; `Name;` is how libcurl spells one without a value.
      if value.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
        self.line.append(0x3b)
      } else {
        self.line.append(0x3a)
        self.line.append(0x20)
        self.line.append(contentsOf: value.utf8)
      }
      self.appendLine()
    }
    if !hasAccept { self.append("Accept:") }
    if !hasContentType { self.append("Content-Type:") }
    self.append("Expect:")
  }

  /// `NAME:PORT:ADDRESS[,ADDRESS]`, for CURLOPT_RESOLVE.
  mutating func append(_ addresses: [HostAddress], of origin: UpstreamOrigin) {
    self.append("\(origin.host):\(origin.port):\(addresses.map(\.bracketed).joined(separator: ","))")
  }

  private mutating func append(_ text: String) {
    self.line.removeAll(keepingCapacity: true)
    self.line.append(contentsOf: text.utf8)
    self.appendLine()
  }

  /// libcurl copies the line. Walking to the list's end for each line, as curl_slist_append does, is left out.
  private mutating func appendLine() {
    self.line.append(0)
    let node = self.line.withUnsafeBytes { bytes in
      curl_slist_append(nil, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
    }
    guard let node else { return }
    if let last { last.pointee.next = node } else { self.first = node }
    self.last = node
  }
}
