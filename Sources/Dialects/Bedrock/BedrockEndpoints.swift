extension Endpoint {
  /// The APIs of Bedrock.
  static func bedrock(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? { nil }
}
