/// Who the path says is calling: `/agent/researcher/workflow/nightly/run/42/openai/v1/...`.
public struct PathIdentity: Sendable, Equatable {
  enum Key: String, CaseIterable {
    case agent, workflow, run
  }

  public var agent: String?
  public var workflow: String?
  public var run: String?

  public init(agent: String? = nil, workflow: String? = nil, run: String? = nil) {
    self.agent = agent
    self.workflow = workflow
    self.run = run
  }

  subscript(key: Key) -> String? {
    get {
      switch key {
      case .agent: agent
      case .workflow: workflow
      case .run: run
      }
    }
    set {
      switch key {
      case .agent: agent = newValue
      case .workflow: workflow = newValue
      case .run: run = newValue
      }
    }
  }
}
