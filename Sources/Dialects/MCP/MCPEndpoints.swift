extension Endpoint {
  /// The APIs of MCP.
  static func mcp(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? { nil }
}
