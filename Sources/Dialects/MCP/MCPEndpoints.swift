extension Endpoint {
  /// The Model Context Protocol over streamable HTTP: one address that takes every message. It may have any path; where the
  /// provider is not configured as such a server, the path's end `/mcp` tells.
  ///
  /// https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
  static func mcp(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    guard isConfigured || path.last == "mcp" else { return nil }
    switch path.method {
    case "POST":
      let isLogin = path.last.map(mcpLoginPaths.contains) ?? false
      return Endpoint(dialect: .mcp, operation: isLogin ? .management : .mcp)
    // What the server sends of its own accord, for as long as the client listens.
    case "GET": return Endpoint(dialect: .mcp, operation: .mcp, streams: true)
    case "DELETE": return Endpoint(dialect: .mcp, operation: .management)
    default: return nil
    }
  }

  /// Where a server that is its own authorisation server takes forms: RFC 6749, 7009 and 7591.
  private static let mcpLoginPaths: Set<Substring> = ["token", "register", "authorize", "revoke"]
}
