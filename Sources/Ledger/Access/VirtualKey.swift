public import Budgets
public import Metering

/// What callers may name of themselves.
public enum NameableField: String, Sendable, CaseIterable {
  case agent
  case workflow
  case run
}

/// What a virtual key is bound to, and what it allows.
public struct KeyGrant: Sendable, Equatable {
  /// The agent of every call; nil where the key binds none.
  public var agent: String?
  /// The workflow of every call; nil where the key binds none.
  public var workflow: String?
  /// Who answers for the cost: a label of metrics and reports.
  public var team: String?
  /// Providers that may be called, `*` standing for anything; empty for all.
  public var providers: [BudgetPattern] = []
  /// Models that may be called, `*` standing for anything; empty for all.
  public var models: [BudgetPattern] = []
  /// Budgets that its calls count in, whatever those match.
  public var budgets: [BudgetPattern] = []
  /// What its holder may name. What is not in here is not taken from a request, however it says it.
  public var mayName = Set(NameableField.allCases)
  /// When it ends to be valid; nil for never.
  public var expiresAt: Timestamp?

  public init() {}
}

/// A key that Tollgate gave out, in place of a provider's.
public struct VirtualKey: Sendable, Equatable {
  /// Stands readable in the key itself.
  public var id: String
  /// Unique among the keys that are not revoked.
  public var name: String
  public var grant: KeyGrant
  public var digest: CredentialDigest
  /// What it was before it was rotated, and until when that is taken too; nil where it is not.
  public var previous: PreviousDigest?
  public var created: Change
  public var rotated: Change?
  public var revoked: Change?

  /// What a key was before it was rotated.
  public struct PreviousDigest: Sendable, Equatable {
    public var digest: CredentialDigest
    public var validUntil: Timestamp
  }

  /// When something was done, and by whom.
  public struct Change: Sendable, Equatable {
    public var at: Timestamp
    public var by: String

    public init(at: Timestamp, by: String) {
      self.at = at
      self.by = by
    }
  }

  public init(id: String, name: String, grant: KeyGrant, digest: CredentialDigest, created: Change) {
    self.id = id
    self.name = name
    self.grant = grant
    self.digest = digest
    self.created = created
  }

  /// Whether a key's text is this one's.
  public func isOpened(by digest: CredentialDigest, at now: Timestamp) -> Bool {
    // Both are compared, so that the time does not tell which of them it was.
    let isPresent = self.digest.matches(digest)
    guard let previous else { return isPresent }
    let isPrevious = previous.digest.matches(digest)
    return isPresent || isPrevious && now < previous.validUntil
  }
}

/// A key that has just been made or rotated, with its text: it is not kept anywhere.
public struct IssuedKey: Sendable {
  public var key: VirtualKey
  public var text: CredentialText
}
