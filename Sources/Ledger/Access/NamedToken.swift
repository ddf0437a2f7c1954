/// What the holder of a control token may do. Each may do what the one before it may, but for `metrics`.
public enum ControlRole: String, Sendable, CaseIterable {
  /// Reads `/metrics`, and nothing else.
  case metrics
  /// Reads everything.
  case viewer
  /// Decides about calls that are held.
  case approver
  /// Changes everything.
  case admin

  /// Whether whoever has this role may do what another role is needed for.
  public func includes(_ needed: ControlRole) -> Bool {
    switch needed {
    case .metrics: true
    case .viewer: self != .metrics
    case .approver: self == .approver || self == .admin
    case .admin: self == .admin
    }
  }
}

/// A token of the control plane, by a name that the audit log shows.
public struct NamedToken: Sendable, Equatable {
  /// Stands readable in the token itself.
  public var id: String
  /// Unique among the tokens that are not revoked.
  public var name: String
  public var role: ControlRole
  public var digest: CredentialDigest
  public var created: VirtualKey.Change
  public var revoked: VirtualKey.Change?

  public init(id: String, name: String, role: ControlRole, digest: CredentialDigest, created: VirtualKey.Change) {
    self.id = id
    self.name = name
    self.role = role
    self.digest = digest
    self.created = created
  }
}

/// A token that has just been made, with its text: it is not kept anywhere.
public struct IssuedToken: Sendable {
  public var token: NamedToken
  public var text: CredentialText
}

/// Every key and token, as they are after a change.
public struct AccessSnapshot: Sendable {
  public var keys: [VirtualKey]
  public var tokens: [NamedToken]

  public init(keys: [VirtualKey], tokens: [NamedToken]) {
    self.keys = keys
    self.tokens = tokens
  }
}
