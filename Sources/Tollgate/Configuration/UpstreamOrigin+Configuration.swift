import Gateway
import Upstream

extension UpstreamOrigin {
  /// Reads a base URL.
  ///
  /// - Throws: ``MalformedText`` where ``parse(_:)`` does not take it.
  init(baseURL text: String) throws(MalformedText) {
    do throws(OriginError) {
      self = try .parse(text)
    } catch {
      // The text is not repeated: it may hold a password.
      throw MalformedText(
        error.reason == .userInformation
          ? "a base URL must not contain a user name or a password; leave the key with the agent"
          : "\(error.description); write it as https://api.example.com")
    }
  }

  /// As it is written in the configuration, without the port that its scheme has anyway.
  var baseURL: String {
    let defaultPort = scheme == .https ? 443 : 80
    let authority = host.contains(":") ? "[\(host)]" : host
    return "\(scheme.rawValue)://\(authority)\(port == defaultPort ? "" : ":\(port)")\(basePath)"
  }
}
