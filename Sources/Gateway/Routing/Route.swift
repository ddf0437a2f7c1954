public import Dialects
public import Metering

/// Where a call goes.
public struct Route: Sendable, Equatable {
  public var provider: ProviderRoute
  /// Path and query as the provider gets them, after the base path that the transfer puts before them: the client's own
  /// bytes.
  public var target: String
  /// The path of ``target``.
  public var path: String
  /// How the call is read; nil where neither the provider nor the path tells.
  public var dialect: Dialect?
  /// Who the path says is calling.
  public var identity: PathIdentity

  /// The query of ``target``, without its `?`; nil where there is none.
  var query: Substring? {
    target.utf8.firstIndex(of: UInt8(ascii: "?")).map { target[target.utf8.index(after: $0)...] }
  }
}

/// What becomes of a request, as its target says.
public enum RouteDecision: Sendable, Equatable {
  case forward(Route)
  /// Tollgate's own `GET /tollgate/calls/{id}`.
  case call(CallID)
  /// Tollgate's own `POST /tollgate/runs/{id}/end`.
  case endRun(String)
  case refuse(Refusal)
}
