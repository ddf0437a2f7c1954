/// A tool that was called through Tollgate, at a server of tools.
public struct ServedTool: Sendable, Equatable {
  public var name: String
  /// How it ended; nil where its answer comes by another way, and was not seen.
  public var outcome: ToolResultOutcome?

  public init(name: String, outcome: ToolResultOutcome?) {
    self.name = name
    self.outcome = outcome
  }
}
