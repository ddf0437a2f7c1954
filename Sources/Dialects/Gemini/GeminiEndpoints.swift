extension Endpoint {
  /// The APIs of Gemini.
  static func gemini(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? { nil }
}
