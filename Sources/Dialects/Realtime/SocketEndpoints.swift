extension Endpoint {
  /// What a response on a socket has for its method in the ledger: it came by a message, not by a request.
  public static let socketMessageMethod = "WEBSOCKET"

  /// The API of a WebSocket, by the path (without query) of its handshake; nil where no dialect knows it.
  ///
  /// Whatever a provider puts before the API's own path is accepted.
  ///
  /// - Parameter query: the query of the target, which may name the model or an Azure deployment; nil where there is none.
  public static func recogniseSocket(path: String, query: Substring? = nil) -> Endpoint? {
    let path = EndpointPath(method: "GET", path: path)
    guard var endpoint = socket(path) else { return nil }
    endpoint.model = query.flatMap(model)
    return endpoint
  }

  /// What a response on the socket of a path is: the endpoint of its call.
  static func socketMessage(path: String) -> Endpoint? {
    guard var endpoint = recogniseSocket(path: path) else { return nil }
    endpoint.operation = .socketResponse
    endpoint.streams = true
    return endpoint
  }

  /// The call of a response on this socket.
  public var ofSocketResponse: Endpoint {
    Endpoint(dialect: dialect, operation: .socketResponse, model: nil, streams: true)
  }

  private static func socket(_ path: EndpointPath) -> Endpoint? {
    // Gemini's and Vertex's services are named in full, behind a dot or a slash.
    if let last = path.last, last.hasSuffix("BidiGenerateContent"), path.segments.contains("ws") {
      return Endpoint(dialect: .gemini, operation: .liveSocket)
    }
    switch path.last {
    case "realtime": return Endpoint(dialect: .openai, operation: .realtimeSocket)
    case "translations" where path.beforeLast == "realtime":
      return Endpoint(dialect: .openai, operation: .realtimeSocket)
    case "responses": return Endpoint(dialect: .openai, operation: .responsesSocket)
    case "live": return Endpoint(dialect: .openai, operation: .liveSocket)
    case "sessions" where path.beforeLast == "live": return Endpoint(dialect: .openai, operation: .liveSocket)
    // Joined or forked: live/sessions/{id}/attach
    case "attach" where path.thirdLast == "sessions", "fork" where path.thirdLast == "sessions":
      return Endpoint(dialect: .openai, operation: .liveSocket)
    default: return nil
    }
  }

  /// The value of `model`, else of `deployment` (Azure), as it is written but for percent-encoding.
  private static func model(of query: Substring) -> String? {
    var deployment: String?
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let value = PercentEncoding.decoded(Substring(parts[1])), !value.isEmpty,
        value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else { continue }
      switch Substring(parts[0]) {
      case "model": return String(value)
      case "deployment": deployment = String(value)
      default: break
      }
    }
    return deployment
  }
}
