extension Endpoint {
  /// The APIs of Ollama.
  static func ollama(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? { nil }
}
