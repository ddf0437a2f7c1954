extension Endpoint {
  /// The APIs of Cohere.
  static func cohere(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? { nil }
}
