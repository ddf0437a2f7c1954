extension Endpoint {
  /// The APIs of Gemini and Vertex AI.
  ///
  /// https://ai.google.dev/api, and for Vertex
  /// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest
  static func gemini(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    guard let resource = GoogleResource(path) else { return nil }
    if let endpoint = publisherModel(resource, path.method) ?? modelMethod(resource, path.method) { return endpoint }
    guard resource.hasOwnVersion || isConfigured else { return nil }
    return compatible(resource, path.method) ?? stored(resource, path.method)
  }

  // MARK: Methods of a model

  /// `models/{model}:generateContent`, `tunedModels/{model}:…`, `publishers/google/models/{model}:…`, `endpoints/{id}:…`.
  private static func modelMethod(_ resource: GoogleResource, _ method: String) -> Endpoint? {
    guard method == "POST", let name = resource.method, let model = resource.model else { return nil }
    let isStream = name == "streamGenerateContent"
    let operation: Operation? =
      switch name {
      case "generateContent", "streamGenerateContent": .generateContent
      case "countTokens", "computeTokens": .countTokens
      case "embedContent", "batchEmbedContents": .embedContent
      case "batchGenerateContent", "asyncBatchEmbedContent": .batchGenerateContent
      // What is deployed at an endpoint of one's own is billed by the hour of its machines.
      case "predict" where resource.collection == "models": .predict
      default: nil
      }
    guard let operation else { return nil }
    return Endpoint(
      dialect: .gemini, operation: operation, model: model,
      streams: operation == .generateContent ? isStream : nil)
  }

  /// Models of others that Vertex serves in the shape of their own API.
  private static func publisherModel(_ resource: GoogleResource, _ method: String) -> Endpoint? {
    guard method == "POST", let publisher = resource.publisher, publisher != "google", let name = resource.model,
      let call = resource.method, call == "rawPredict" || call == "streamRawPredict"
    else { return nil }
    let streams: Bool? = call == "streamRawPredict" ? true : nil
    switch publisher {
    case "anthropic" where name == "count-tokens": return Endpoint(dialect: .anthropic, operation: .countTokens)
    case "anthropic": return Endpoint(dialect: .anthropic, operation: .messages, model: name, streams: streams)
    case "mistralai" where name.hasPrefix("mistral-ocr"):
      return Endpoint(dialect: .mistral, operation: .ocr, model: name, streams: streams)
    case "mistralai": return Endpoint(dialect: .mistral, operation: .chatCompletions, model: name, streams: streams)
    default: return nil
    }
  }

  // MARK: OpenAI's shape

  /// `/v1beta/openai/chat/completions`, and Vertex' `endpoints/openapi/chat/completions`.
  private static func compatible(_ resource: GoogleResource, _ method: String) -> Endpoint? {
    let rest: [Substring]
    switch (resource.segments.first, resource.segments.dropFirst().first) {
    case ("openai", _): rest = Array(resource.segments.dropFirst())
    case ("endpoints", "openapi"): rest = Array(resource.segments.dropFirst(2))
    default: return nil
    }
    switch (method, rest.first, rest.count) {
    case ("POST", "chat", 2) where rest.last == "completions":
      return Endpoint(dialect: .gemini, operation: .chatCompletions)
    case ("POST", "embeddings", 1): return Endpoint(dialect: .gemini, operation: .embeddings)
    case ("GET", "models", _): return Endpoint(dialect: .gemini, operation: .models)
    default: return nil
    }
  }

  // MARK: What is stored

  private static func stored(_ resource: GoogleResource, _ method: String) -> Endpoint? {
    guard let collection = resource.segments.first else { return nil }
    let operation: Operation? =
      switch collection {
      case "interactions": interactions(resource, method)
      case "batches": batches(resource, method)
      case "cachedContents":
        method == "POST" && resource.segments.count == 1 ? .cachedContents : isPlain(method) ? .management : nil
      case "decisions": method == "POST" && resource.segments.count == 1 ? .decisions : nil
      case "files": files(resource, method)
      case "models", "tunedModels", "publishers":
        method == "GET" ? (resource.segments.contains("operations") ? .management : .models) : deletion(method)
      // Sessions are billed as they are used, not as they are named.
      case "auth_tokens": .management
      case "operations", "tuningJobs", "batchPredictionJobs", "corpora", "fileSearchStores", "generatedFiles",
        "webhooks",
        "dynamic":
        // What may start something that is billed elsewhere is not claimed.
        isPlain(method) || resource.method == "cancel" || isNewStore(resource, method) ? .management : nil
      default: nil
      }
    return operation.map {
      Endpoint(
        dialect: .gemini, operation: $0, resultsID: resultsID($0, resource))
    }
  }

  /// The file or the batch (`batches/b1`) whose results are asked for.
  private static func resultsID(_ operation: Operation, _ resource: GoogleResource) -> String? {
    let id: String? =
      switch operation {
      case .fileContent: resource.segments.last.map(String.init)
      case .batchGenerateContent where resource.segments.count == 2: resource.segments.joined(separator: "/")
      default: nil
      }
    return id.flatMap { $0.utf8.count <= modelBytesMax ? $0 : nil }
  }

  private static func interactions(_ resource: GoogleResource, _ method: String) -> Operation? {
    switch (method, resource.segments.count, resource.segments.last) {
    case ("POST", 1, _): .interactions
    case ("GET", 2, _), ("POST", 3, "cancel"): .interactionRetrieval
    case ("GET", 1, _): .management
    default: deletion(method)
    }
  }

  private static func batches(_ resource: GoogleResource, _ method: String) -> Operation? {
    if method == "GET" { return .batchGenerateContent }
    return isPlain(method) || resource.method == "cancel" || resource.method == "delete" ? .management : nil
  }

  private static func files(_ resource: GoogleResource, _ method: String) -> Operation? {
    // The results of a batch, a reply a line; or something else that is stored.
    method == "GET" && resource.method == "download" ? .fileContent : .management
  }

  /// Looks, changes a name or a lifetime, removes.
  private static func isPlain(_ method: String) -> Bool { method == "GET" || method == "PATCH" || method == "DELETE" }

  /// An empty store: what is put into it is billed.
  private static func isNewStore(_ resource: GoogleResource, _ method: String) -> Bool {
    method == "POST" && resource.segments == ["fileSearchStores"] && resource.method == nil
  }

  private static func deletion(_ method: String) -> Operation? { method == "DELETE" ? .management : nil }
}
