public import Metering

/// Something that was changed: who, what, from what to what.
public struct AuditEntry: Sendable, Equatable {
  public var id: Int64
  public var at: Timestamp
  public var change: AuditedChange

  /// The length of what it was and what it is.
  var stateBytes: Int { (change.before?.utf8.count ?? 0) + (change.after?.utf8.count ?? 0) }
}

/// A change that is to be written down.
public struct AuditedChange: Sendable, Equatable {
  /// The name of the token that allowed it, or of the user who had the data directory.
  public var actor: String
  /// Thing and verb: `key.create`, `budget.set`.
  public var action: String
  /// Which one: the name of the key, of the budget.
  public var subject: String
  /// JSON of what it was; nil where it was not. No secret.
  public var before: String?
  /// JSON of what it is; nil where it is no more. No secret.
  public var after: String?

  public init(actor: String, action: String, subject: String, before: String? = nil, after: String? = nil) {
    self.actor = actor
    self.action = action
    self.subject = subject
    self.before = before
    self.after = after
  }
}

/// Which entries of the audit log to list, the newest first. What is nil does not filter.
public struct AuditFilter: Sendable {
  public var actor: String?
  /// The whole action (`key.create`), or the thing alone (`key`).
  public var action: String?
  public var subject: String?
  public var from: Timestamp?
  public var to: Timestamp?
  /// Only those with a smaller id than this one: the cursor.
  public var before: Int64?
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}

  /// A page ends with the entry that reaches so many bytes, however many there may be.
  static let pageBytesMax = 4 << 20

  /// Whether more entries may follow those of a page.
  public func isFull(_ page: [AuditEntry]) -> Bool {
    page.count >= limit || page.reduce(0) { $0 + $1.stateBytes } >= Self.pageBytesMax
  }
}
