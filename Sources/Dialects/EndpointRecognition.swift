extension Endpoint {
  /// The API that a method and a path (without query) name; nil where no dialect knows it.
  ///
  /// Whatever a provider puts before the API's own path (`/v1`, `/openai/v1`, `/api/v1`, nothing) is accepted, and so
  /// are slashes at the end.
  ///
  /// - Parameter dialect: the dialect the provider is configured with: its paths are tried first, and it decides where a path
  ///   is common to several (`/v1/models`), or would mean little by itself (`/messages`). Nil lets the path's shape decide.
  public static func recognise(method: String, path: String, dialect: Dialect?) -> Endpoint? {
    if method == socketMessageMethod { return socketMessage(path: path) }
    let path = EndpointPath(method: method, path: path)
    if let dialect, let endpoint = recognise(path, as: dialect, isConfigured: true) { return endpoint }
    for other in orderByShape where other != dialect {
      if let endpoint = recognise(path, as: other, isConfigured: false) { return endpoint }
    }
    return nil
  }

  /// The dialects in the order in which they claim a path that is not their provider's. Gemini's OpenAI-compatible paths
  /// end as OpenAI's do, and count otherwise.
  private static let orderByShape: [Dialect] = [
    .anthropic, .gemini, .openai, .bedrock, .ollama, .cohere, .mistral, .mcp,
  ]

  private static func recognise(_ path: EndpointPath, as dialect: Dialect, isConfigured: Bool) -> Endpoint? {
    switch dialect {
    case .openai: openAI(path, isConfigured: isConfigured)
    case .anthropic: anthropic(path, isConfigured: isConfigured)
    case .gemini: gemini(path, isConfigured: isConfigured)
    case .bedrock: bedrock(path, isConfigured: isConfigured)
    case .mistral: mistral(path, isConfigured: isConfigured)
    case .cohere: cohere(path, isConfigured: isConfigured)
    case .ollama: ollama(path, isConfigured: isConfigured)
    case .mcp: mcp(path, isConfigured: isConfigured)
    }
  }
}

/// Method and path of a request, taken apart.
struct EndpointPath {
  var method: String
  /// The segments as they are written, percent-encoding and all; empty ones left out.
  var segments: [Substring]

  init(method: String, path: String) {
    self.method = method
    segments = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
  }

  /// The last segment, and those before it.
  var last: Substring? { segments.last }
  var beforeLast: Substring? { segments.dropLast().last }
  var thirdLast: Substring? { segments.dropLast(2).last }

  /// `file-1` of `/v1/files/file-1/content`: the name before the last segment; nil where it is too long for one.
  var resultsID: String? { beforeLast.flatMap { $0.utf8.count <= Endpoint.modelBytesMax ? String($0) : nil } }
}
