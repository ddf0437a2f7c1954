public import NIOHTTP1
internal import Metering

/// Why a table of providers cannot be used. The description names the provider and what to do.
public struct RoutingTableError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
}

/// Tells where a request goes from its target alone: the segments that name the caller, then a provider's name, else the
/// path's shape, else the default provider. Nothing is normalised; the provider gets the client's own bytes.
public struct RoutingTable: Sendable {
  /// The names of all providers, sorted.
  public let providerNames: [String]
  private let providers: [String: ProviderRoute]
  private let defaultProvider: ProviderRoute?

  /// - Parameters:
  ///   - providers: what is configured; takes the place of a known provider of the same name.
  ///   - defaultProvider: the name of the provider that takes what no rule sends elsewhere.
  /// - Throws: ``RoutingTableError`` where a name is malformed, reserved or there twice, or the default is not there.
  public init(providers configured: [ProviderRoute] = [], defaultProvider: String? = nil) throws(RoutingTableError) {
    var table = Dictionary(KnownProviders.routes.map { ($0.name, $0) }) { first, _ in first }
    var names: Set<String> = []
    for provider in configured {
      try Self.check(name: provider.name)
      guard names.insert(provider.name).inserted else {
        throw RoutingTableError(description: "provider '\(provider.name)' is configured twice: remove one")
      }
      table[provider.name] = provider
    }
    if let defaultProvider, table[defaultProvider] == nil {
      throw RoutingTableError(
        description: "the default provider '\(defaultProvider)' is neither configured nor known: "
          + "name one of \(table.keys.sorted().joined(separator: ", "))")
    }
    self.providers = table
    self.defaultProvider = defaultProvider.flatMap { table[$0] }
    providerNames = table.keys.sorted()
  }

  /// The provider of this name.
  public func provider(named name: String) -> ProviderRoute? { providers[name] }

  /// Where a request goes.
  /// - Parameter hasAnthropicVersion: whether the request has an `anthropic-version` field, which decides about
  ///   `/v1/models` without a provider's name.
  public func route(method: HTTPMethod, target: RequestTarget, hasAnthropicVersion: Bool = false) -> RouteDecision {
    do throws(Refusal) {
      var walk = PathWalk(target)
      let identity = try walk.readIdentity()
      let segment = walk.segment
      if walk.isReserved(segment) { return try Self.own(method: method, path: walk.rest) }
      if let provider = providers[segment] {
        walk.skip(segment)
        return .forward(walk.route(to: provider, method: method.rawValue, identity: identity))
      }
      guard let provider = try providerByShape(walk, method: method, hasAnthropicVersion: hasAnthropicVersion) else {
        throw unknownRoute(path: walk.rest)
      }
      return .forward(walk.route(to: provider, method: method.rawValue, identity: identity))
    } catch {
      return .refuse(error)
    }
  }

  private func providerByShape(
    _ walk: PathWalk, method: HTTPMethod, hasAnthropicVersion: Bool
  ) throws(Refusal) -> ProviderRoute? {
    guard let name = walk.providerByShape(method: method.rawValue, hasAnthropicVersion: hasAnthropicVersion) else {
      return defaultProvider
    }
    if let provider = providers[name] ?? defaultProvider { return provider }
    throw Refusal(
      .unknownRoute,
      "The path \(Refusal.quoted(walk.rest)) looks like \(name)'s API, but no provider '\(name)' is configured: "
        + "add it under providers in Tollgate's configuration.")
  }

  private func unknownRoute(path: String) -> Refusal {
    Refusal(
      .unknownRoute,
      "No provider for the path \(Refusal.quoted(path)). Begin it with a provider's name, as in "
        + "/openai/v1/chat/completions, or set default_provider in Tollgate's configuration. Providers: "
        + providerNames.joined(separator: ", ") + ".")
  }

  /// What Tollgate serves itself.
  private static func own(method: HTTPMethod, path: String) throws(Refusal) -> RouteDecision {
    if let run = part(of: path, between: "/tollgate/runs/", and: "/end") {
      guard method == .POST else { throw Refusal(.methodNotAllowed, "A run is ended with POST.") }
      return .endRun(try IdentityValue.explicit(percentEncoded: run, from: "path segment /tollgate/runs/"))
    }
    guard let id = part(of: path, between: "/tollgate/calls/", and: "").flatMap({ CallID($0) }) else {
      throw Refusal(
        .notFound,
        "Tollgate serves only /tollgate/calls/{id} here, with the id of an x-tollgate-call header, and /tollgate/runs/{id}/end."
      )
    }
    guard method == .GET || method == .HEAD else {
      throw Refusal(.methodNotAllowed, "A call is looked up with GET.")
    }
    return .call(id)
  }

  /// What stands between the beginning and the end of a path; nil where it has others, or nothing between them.
  private static func part(of path: String, between start: String, and end: String) -> String? {
    guard path.hasPrefix(start), path.hasSuffix(end), path.utf8.count > start.utf8.count + end.utf8.count else {
      return nil
    }
    return String(path.dropFirst(start.count).dropLast(end.count))
  }

  private static let nameBytes = ByteSet("abcdefghijklmnopqrstuvwxyz0123456789-_.")
  /// First segments that mean something else.
  private static let reservedNames: Set<String> = [
    "agent", "workflow", "run", "tollgate", "v1", "v1beta", "model", "api",
  ]

  private static func check(name: String) throws(RoutingTableError) {
    let bytes = name.utf8.span
    guard (1...64).contains(bytes.count), nameBytes.containsAll(of: bytes), bytes[0] != UInt8(ascii: ".") else {
      throw RoutingTableError(
        description: "a provider cannot be named '\(name)': take up to 64 of a-z, 0-9, '-', '_' and '.', no '.' first")
    }
    guard !reservedNames.contains(name) else {
      throw RoutingTableError(
        description: "a provider cannot be named '\(name)': paths that begin so mean something else")
    }
  }
}
