/// Scheme, host and port of an upstream, with a path that is put before every target.
public struct UpstreamOrigin: Sendable, Hashable {
  public enum Scheme: String, Sendable { case http, https }
  public var scheme: Scheme
  /// A name (letters, digits, `-`, `_`, `.`; international names in their ASCII form) or an address, without brackets.
  public var host: String
  /// 1 to 65535.
  public var port: Int
  /// Empty, or begins with `/` and does not end with one.
  public var basePath: String
  /// A file of CA certificates (PEM) that the host is checked with, instead of the system's; nil for those.
  public var caFile: String?

  public init(scheme: Scheme, host: String, port: Int, basePath: String, caFile: String? = nil) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.basePath = basePath
    self.caFile = caFile
  }
}
