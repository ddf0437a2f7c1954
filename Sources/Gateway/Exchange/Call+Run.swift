import Metering

/// Which run a call belongs to.
extension Call {
  /// Takes the run that the caller names, where it names one.
  func takeNamedRun() {
    guard let named = identity.run, let source = RunSource(identity.runSource) else { return }
    run = named
    place = RunPlace(
      source: source, parentRun: identity.parentRun, node: identity.node, parentNode: identity.parentNode,
      depth: identity.node == nil ? 0 : identity.parentNode == nil ? 1 : 2)
  }
}

extension RunSource {
  /// How sure a named run is; nil where nobody named one.
  fileprivate init?(_ source: IdentitySource) {
    switch source {
    case .key, .path, .header, .baggage: self = .explicit
    case .claudeCode, .codex: self = .session
    case .userAgent, .none: return nil
    }
  }
}
