/// What keeps a request from being sent. libcurl sends a line break inside a header as it is (libcurl-security(3)), so that a
/// header's value could become a second request: everything that goes into the head is checked first.
enum RequestCheck {
  /// Fields that libcurl writes, or that belong to one connection: a second copy would make the framing ambiguous.
  private static let reservedNames = ["host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"]

  /// Says what is wrong, or returns nil.
  static func problem(in request: UpstreamRequest) -> String? {
    let origin = request.origin
    guard (1...65535).contains(origin.port) else { return "port \(origin.port)" }
    guard HostAddress(origin.host) != nil || isHostName(origin.host) else {
      return "a host that is no name and no address"
    }
    guard isToken(request.method), request.method != "CONNECT" else { return "a method that cannot be sent" }
    if request.method == "HEAD" {
      guard case .none = request.body else { return "HEAD with a body" }
    }
    if case .streamed(let length?) = request.body, length < 0 { return "a negative length" }
    guard request.target.utf8.first == 0x2f || (request.target == "*" && origin.basePath.isEmpty),
      isTarget(request.target), isTarget(origin.basePath)
    else { return "a target that cannot stand in a request line" }
    for (name, value) in request.headers {
      guard isToken(name) else { return "a header name that is no token" }
      guard value.utf8.allSatisfy(isFieldValueByte) else { return "a control character in a header" }
      guard !self.reservedNames.contains(where: { equalsIgnoringCase(name, $0) }) else {
        return "a header that belongs to the connection"
      }
    }
    return nil
  }

  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(ByteSet.token.contains)
  }

  private static func isHostName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253 && text.utf8.allSatisfy(ByteSet.hostName.contains)
  }

  private static func isTarget(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
  }
}

/// Compares a header name with one in lower case.
func equalsIgnoringCase(_ name: String, _ lowercase: String) -> Bool {
  name.utf8.count == lowercase.utf8.count
    && zip(name.utf8, lowercase.utf8).allSatisfy { ($0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0) == $1 }
}
