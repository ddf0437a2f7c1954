/// Where a running proxy's control plane is: `http://127.0.0.1:4101`.
struct ControlPlaneURL: Sendable, Equatable {
  var address: ListenAddress
  var usesTLS = false

  init(address: ListenAddress, usesTLS: Bool = false) {
    self.address = address
    self.usesTLS = usesTLS
  }

  /// Reads `http://ADDRESS:PORT`, `https://ADDRESS:PORT` or `ADDRESS:PORT`.
  init(parsing text: String) throws(MalformedText) {
    var rest = text[...]
    usesTLS = rest.hasPrefix("https://")
    if rest.hasPrefix("http://") || usesTLS { rest = rest.dropFirst(usesTLS ? 8 : 7) }
    while rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let address = try? ListenAddress(parsing: String(rest)) else {
      throw MalformedText("\"\(text)\" is not a control plane's address; write it as http://127.0.0.1:4101")
    }
    self.address = address
  }
}

extension ControlPlaneURL: CustomStringConvertible {
  var description: String { "\(usesTLS ? "https" : "http")://\(address)" }
}
