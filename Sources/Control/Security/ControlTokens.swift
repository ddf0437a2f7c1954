public import Ledger
public import Observability
internal import Synchronization

/// Every token that opens the control plane: the one of the data directory, and those with names and roles.
public final class ControlTokens: Sendable {
  private let owner = Mutex<Secret?>(nil)
  private let named = Mutex<[String: NamedToken]>([:])

  /// Opens to nobody yet.
  public init() {}

  /// Opens to whoever has the data directory's token.
  ///
  /// - Parameter token: what ``ControlToken`` gave.
  public func setOwner(_ token: Secret) { owner.withLock { $0 = token } }

  /// Puts other named tokens in place of those that were there.
  public func replace(with tokens: [NamedToken]) {
    let inForce = Dictionary(tokens.filter { $0.revoked == nil }.map { ($0.id, $0) }) { first, _ in first }
    named.withLock { $0 = inForce }
  }

  /// Whose token it is; nil where it is nobody's.
  func actor(holding text: String) -> Actor? {
    if let presented = CredentialText(text, of: .controlToken) {
      let found = named.withLock { $0 }[presented.id]
      guard let token = found, token.digest.matches(presented.digest) else { return nil }
      return Actor(name: token.name, role: token.role)
    }
    return owner.withLock { $0 == Secret(text) } ? .owner : nil
  }
}
