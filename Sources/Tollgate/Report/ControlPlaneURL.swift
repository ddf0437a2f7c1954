/// Where a running proxy's control plane is: `http://127.0.0.1:4101`.
struct ControlPlaneURL: Sendable, Equatable {
  var address: ListenAddress

  init(address: ListenAddress) { self.address = address }

  /// Reads `http://ADDRESS:PORT` or `ADDRESS:PORT`.
  init(parsing text: String) throws(MalformedText) {
    var rest = text[...]
    if rest.hasPrefix("http://") { rest = rest.dropFirst(7) }
    while rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let address = try? ListenAddress(parsing: String(rest)) else {
      throw MalformedText("\"\(text)\" is not a control plane's address; write it as http://127.0.0.1:4101")
    }
    self.address = address
  }
}

extension ControlPlaneURL: CustomStringConvertible {
  var description: String { "http://\(address)" }
}
