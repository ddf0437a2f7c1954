/// Where a running proxy's control plane is: `http://127.0.0.1:4101`.
struct ControlPlaneURL: Sendable, Equatable {
  var address: ListenAddress
  var usesTLS = false

  init(address: ListenAddress, usesTLS: Bool = false) {
    self.address = address
    self.usesTLS = usesTLS
  }

  /// Reads `http://ADDRESS:PORT`, `https://ADDRESS:PORT` or `ADDRESS:PORT`; a port that its scheme implies can be left out.
  init(parsing text: String) throws(MalformedText) {
    var rest = text[...]
    usesTLS = rest.hasPrefix("https://")
    if rest.hasPrefix("http://") || usesTLS { rest = rest.dropFirst(usesTLS ? 8 : 7) }
    while rest.hasSuffix("/") { rest = rest.dropLast() }
    let hasScheme = text.contains("://")
    guard
      let address = (try? ListenAddress(parsing: String(rest)))
        ?? (hasScheme ? try? ListenAddress(parsing: "\(rest):\(Self.defaultPort(usesTLS: usesTLS))") : nil)
    else {
      throw MalformedText("\"\(text)\" is not a control plane's address; write it as http://127.0.0.1:4101")
    }
    self.address = address
  }

  private static func defaultPort(usesTLS: Bool) -> Int { usesTLS ? 443 : 80 }
}

extension ControlPlaneURL: CustomStringConvertible {
  var description: String {
    let text = address.description
    let impliedPort = ":\(Self.defaultPort(usesTLS: usesTLS))"
    return (usesTLS ? "https://" : "http://")
      + (text.hasSuffix(impliedPort) ? text.dropLast(impliedPort.count) : text[...])
  }
}
