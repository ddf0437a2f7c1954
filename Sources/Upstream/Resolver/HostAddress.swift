import Glibc

/// An IPv4 or IPv6 address in its usual spelling.
struct HostAddress: Sendable, Hashable {
  let text: String
  let isVersion6: Bool

  /// Nil where the text is no address in the usual spelling; a shortened one (`127.1`) and one with a zone are none.
  init?(_ text: String) {
    var bytes = in6_addr()
    if inet_pton(AF_INET, text, &bytes) == 1 {
      self.isVersion6 = false
    } else if inet_pton(AF_INET6, text, &bytes) == 1 {
      self.isVersion6 = true
    } else {
      return nil
    }
    self.text = text
  }

  /// As it stands in a URL and in CURLOPT_RESOLVE.
  var bracketed: String { self.isVersion6 ? "[\(self.text)]" : self.text }
}
