/// What a call's request and reply say of tools: those that the reply asks the client to execute, and the results that the request
/// brings. Ids and names are fingerprints, which tell nothing of them and are the same in both.
public struct TracedTurn: Sendable {
  /// A tool that the reply asks for.
  public struct Asked: Sendable {
    /// Of the id that joins the call with its result; nil where the API has none.
    public var id: UInt64?
    /// Of the tool's name.
    public var nameID: UInt64
    public var name: String
    public var toolCallID: String

    public init(id: UInt64?, nameID: UInt64, name: String, toolCallID: String) {
      self.id = id
      self.nameID = nameID
      self.name = name
      self.toolCallID = toolCallID
    }
  }

  /// A result in the new tail of the request's conversation.
  public struct Result: Sendable {
    /// Of the id of the call that it answers; nil where it names none.
    public var id: UInt64?
    /// Of the tool's name; nil where the result does not repeat it.
    public var nameID: UInt64?
    public var isError: Bool

    public init(id: UInt64?, nameID: UInt64?, isError: Bool) {
      self.id = id
      self.nameID = nameID
      self.isError = isError
    }
  }

  /// In the order of the reply.
  public var asked: [Asked]
  public var results: [Result]

  public init(asked: [Asked] = [], results: [Result] = []) {
    self.asked = asked
    self.results = results
  }
}
