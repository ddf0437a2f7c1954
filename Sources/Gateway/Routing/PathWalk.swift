internal import Metering

/// Reads a target from its front, segment by segment, without changing it.
struct PathWalk {
  private let target: RequestTarget
  /// Where the next `/` stands, or the path's end.
  private var offset = 0

  init(_ target: RequestTarget) {
    self.target = target
  }

  /// The path from here on.
  var rest: String { target.text.slice(offset..<target.pathBytes) }

  /// The next segment, as it is written; empty at the end.
  var segment: String {
    guard offset < target.pathBytes else { return "" }
    return target.text.slice(offset + 1..<segmentEnd)
  }

  private var segmentEnd: Int {
    let bytes = target.text.utf8.span
    var end = offset + 1
    while end < target.pathBytes, bytes[end] != UInt8(ascii: "/") { end += 1 }
    return end
  }

  /// Moves past `segment`, which is the next one.
  mutating func skip(_ segment: String) {
    offset = min(offset + 1 + segment.utf8.count, target.pathBytes)
  }

  /// Whether the segment is the root of Tollgate's own paths.
  func isReserved(_ segment: String) -> Bool { segment == "tollgate" }

  func providerByShape(method: String, hasAnthropicVersion: Bool) -> String? {
    PathShape.provider(method: method, path: rest, hasAnthropicVersion: hasAnthropicVersion)
  }

  /// Reads `/agent/X`, `/workflow/Y` and `/run/Z`, each at most once, in any order.
  mutating func readIdentity() throws(Refusal) -> PathIdentity {
    var identity = PathIdentity()
    while let key = PathIdentity.Key(rawValue: segment) {
      skip(key.rawValue)
      let written = segment
      guard !written.isEmpty else {
        throw Refusal(.badIdentity, "The path names no \(key.rawValue) after /\(key.rawValue)/.")
      }
      guard identity[key] == nil else {
        throw Refusal(.badIdentity, "The path names more than one \(key.rawValue).")
      }
      identity[key] = try IdentityValue.explicit(percentEncoded: written, from: "path segment /\(key.rawValue)/")
      skip(written)
    }
    return identity
  }

  /// The route to `provider` for what is left of the path.
  func route(to provider: ProviderRoute, method: String, identity: PathIdentity) -> Route {
    let text = target.text
    let isWhole = offset == 0
    var rest = isWhole ? text : text.slice(offset..<text.utf8.count)
    var path = isWhole ? target.path : self.rest
    if path.isEmpty {
      path = "/"
      rest = "/" + rest
    }
    let dialect = provider.dialect ?? PathShape.dialect(method: method, path: path)
    return Route(provider: provider, target: rest, path: path, dialect: dialect, identity: identity)
  }
}
