/// What is known of the arguments of a tool's call. They themselves are not kept.
public struct ToolArguments: Sendable, Equatable {
  /// What the arguments are.
  public enum Form: String, Sendable, CaseIterable {
    /// A JSON object. No text at all counts as an empty one: so some APIs write that there are none.
    case object
    /// JSON, but no object.
    case notObject = "not_object"
    /// Broken, or cut short.
    case notJSON = "not_json"
    /// Text of the tool's own: that of tools without a schema.
    case text
    /// Not read: the API streams them in pieces of their own, or the reply broke off.
    case unknown
  }

  public var form: Form
  /// The same for the same arguments, however they are spaced, escaped, cut and, at the top, ordered; 0 where they are not known.
  public var hash: UInt64
  /// How they break the schema that the request declares; nil where they do not, or where that is not known. Told by
  /// ``ReplyFacts/complete(with:)``.
  public var misfit: ArgumentMisfit?
  /// Whether the request declares the tool; true where that is not known.
  public var isDeclared: Bool
  /// The members of the object, up to the limit of ``ArgumentMembers``.
  var members: ArgumentMembers

  public init(form: Form, hash: UInt64 = 0) {
    self.form = form
    self.hash = hash
    isDeclared = true
    members = ArgumentMembers()
  }

  /// Nothing is known.
  public static let unknown = ToolArguments(form: .unknown)
}

/// How arguments break the schema of their tool, at their top.
public enum ArgumentMisfit: String, Sendable, CaseIterable {
  /// A required member is missing.
  case missing
  /// A member has none of the types that it may have.
  case wrongType = "wrong_type"
  /// A member that the schema forbids.
  case unexpected
}
