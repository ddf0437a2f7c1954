import Gateway
import Upstream

/// The name of a provider: the first segment of a path, a label of metrics and a dimension of reports.
enum ProviderName {
  /// - Throws: ``MalformedText`` where the gateway's table of routes would not take the name.
  static func validated(_ name: String) throws(MalformedText) -> String {
    let origin = UpstreamOrigin(scheme: .https, host: "localhost", port: 443, basePath: "")
    do throws(RoutingTableError) {
      _ = try RoutingTable(providers: [ProviderRoute(name: name, origin: origin)])
      return name
    } catch {
      throw MalformedText(error.description)
    }
  }
}
