/// `listen`, `tls`, `control` and `allowed_hosts`: where the two ports are, and who may reach them.
struct ListenSection: Sendable, Equatable {
  /// Where the proxy listens.
  var dataPlane = ListenAddress(host: "127.0.0.1", port: 4100)
  var dataPlaneTLS = TransportSecurity.none
  /// Where `/metrics`, `/healthz` and `/api/v1` are.
  var control = ListenAddress(host: "127.0.0.1", port: 4101)
  var controlTLS = TransportSecurity.none
  /// Names that `Host` may have besides addresses, `localhost` and the name that is listened on.
  var allowedHosts: [String] = []

  static let keys = ["listen", "tls", "control", "allowed_hosts"]

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    file.read("listen", into: &dataPlane, &context, by: ListenAddress.init(parsing:))
    file.readChoice("tls", into: &dataPlaneTLS, &context)
    if let value = file["control"] {
      let section = MappingReader(value, keys: ["listen", "tls"], context: &context)
      section.read("listen", into: &control, &context, by: ListenAddress.init(parsing:))
      section.readChoice("tls", into: &controlTLS, &context)
    }
    for value in file["allowed_hosts"]?.list(&context) ?? [] {
      if let host = value.parsed(&context, by: Self.hostName) { allowedHosts.append(host) }
    }
  }

  func write(to text: inout CanonicalText) {
    text.entry("listen", dataPlane.description)
    text.entry("tls", dataPlaneTLS.rawValue)
    text.section("control") {
      $0.entry("listen", control.description)
      $0.entry("tls", controlTLS.rawValue)
    }
    text.entry("allowed_hosts", allowedHosts)
  }

  private static func hostName(_ text: String) throws(MalformedText) -> String {
    let address = try? ListenAddress(parsing: text.contains(":") ? "[\(text)]:0" : "\(text):0")
    guard let address else {
      throw MalformedText(
        "\"\(text)\" is not a host name; write it without scheme and port, such as tollgate.example.com")
    }
    return address.host.lowercased()
  }
}

/// Who ends TLS in front of a port.
enum TransportSecurity: String, Sendable, CaseIterable {
  /// Nobody: loopback only.
  case none
  /// A load balancer or service mesh, which the operator answers for.
  case terminatedElsewhere = "terminated_elsewhere"
}
