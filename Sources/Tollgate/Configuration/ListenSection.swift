import Gateway

/// `listen`, `tls`, `control` and `allowed_hosts`: where the two ports are, and who may reach them.
struct ListenSection: Sendable, Equatable {
  /// Where the proxy listens.
  var dataPlane = ListenAddress(host: "127.0.0.1", port: 4100)
  var dataPlaneTLS = TransportSecurity.none
  /// Where `/metrics`, `/healthz` and `/api/v1` are.
  var control = ListenAddress(host: "127.0.0.1", port: 4101)
  var controlTLS = TransportSecurity.none
  /// Where people reach the control plane, for links in alerts, where that is not the address it listens on.
  var controlURL: ControlPlaneURL?
  /// Names that `Host` may have besides addresses, `localhost` and the name that is listened on.
  var allowedHosts: [String] = []
  /// Origins of web pages that may call, besides those on loopback: `https://app.example`.
  var allowedOrigins: [String] = []

  static let keys = ["listen", "tls", "control", "allowed_hosts", "allowed_origins"]

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    file.read("listen", into: &dataPlane, &context, by: ListenAddress.init(parsing:))
    if let tls = TransportSecurity.read(file, &context) { dataPlaneTLS = tls }
    if let value = file["control"] {
      let section = MappingReader(value, keys: ["listen", "tls", "url"], context: &context)
      section.read("listen", into: &control, &context, by: ListenAddress.init(parsing:))
      if let tls = TransportSecurity.read(section, &context) { controlTLS = tls }
      controlURL = section["url"]?.parsed(&context, by: ControlPlaneURL.init(parsing:))
    }
    let hosts = file["allowed_hosts"]?.list(&context) ?? []
    allowedHosts = hosts.compactMap { $0.parsed(&context, by: Self.allowedHost) }
    let origins = file["allowed_origins"]?.list(&context) ?? []
    allowedOrigins = origins.compactMap { $0.parsed(&context, by: Self.allowedOrigin) }
  }

  func write(to text: inout CanonicalText) {
    text.entry("listen", dataPlane.description)
    dataPlaneTLS.write(to: &text)
    text.section("control") {
      $0.entry("listen", control.description)
      controlTLS.write(to: &$0)
      if let controlURL { $0.entry("url", controlURL.description) }
    }
    text.entry("allowed_hosts", allowedHosts)
    text.entry("allowed_origins", allowedOrigins)
  }

  /// Where links lead that people follow; nil where no address of the control plane is known that a browser could open.
  var controlPage: ControlPlaneURL? {
    if let controlURL { return controlURL }
    guard control.port != 0, !control.isWildcard else { return nil }
    return ControlPlaneURL(address: control, usesTLS: controlTLS.files != nil)
  }

  private static func allowedHost(_ text: String) throws(MalformedText) -> String {
    try checkHeadRules(hosts: [text])
    return text.lowercased()
  }

  private static func allowedOrigin(_ text: String) throws(MalformedText) -> String {
    try checkHeadRules(origins: [text])
    return text.lowercased()
  }

  /// The gateway's own rules decide what can be allowed.
  private static func checkHeadRules(hosts: [String] = [], origins: [String] = []) throws(MalformedText) {
    do throws(HeadRulesError) {
      _ = try HeadRules(listenHost: "localhost", allowedHosts: hosts, allowedOrigins: origins)
    } catch {
      throw MalformedText(error.description)
    }
  }
}
