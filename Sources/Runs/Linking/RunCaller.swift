/// Who makes a call: what tells two callers apart that say the same words.
public struct RunCaller: Sendable, Hashable {
  /// The virtual key, or what tells the provider's keys apart. Callers with different keys never share a run.
  public var key: String?
  /// Callers of different workflows share a run only by its name.
  public var workflow: String
  public var agent: String
  public var provider: String
  /// The client's address, without its port; nil where it tells nothing (behind a proxy).
  public var address: String?

  public init(key: String? = nil, workflow: String, agent: String, provider: String, address: String? = nil) {
    self.key = key
    self.workflow = workflow
    self.agent = agent
    self.provider = provider
    self.address = address
  }
}
