extension Endpoint {
  /// The APIs of Mistral.
  static func mistral(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? { nil }
}
