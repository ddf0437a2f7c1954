public import Budgets
public import Metering

/// A run that had not ended when the process before this one did, as far as its rows tell.
public struct KeptRun: Sendable {
  public var run: String
  /// The key that its calls came with, as ``RunCaller/key``: runs of several keys may have one name.
  public var key: String?
  /// The newest of its calls: what guardrails are matched with.
  public var call: BudgetCall
  public var parentRun: String?
  public var startedAt: Timestamp
  /// When the last of its calls ended.
  public var lastAt: Timestamp
  /// How many agents and runs stand above its first agent, and above its deepest one.
  public var depthOfFirst = 0
  public var depth = 0
  public var totals = RunMeasures()
  /// Those that replies asked for, by name; the first ones of many.
  public var tools: [(name: String, measures: ToolMeasures)] = []
  public var guardrails: [KeptGuardrail] = []

  public init(_ run: String, key: String?, call: BudgetCall, startedAt: Timestamp, lastAt: Timestamp) {
    self.run = run
    self.key = key
    self.call = call
    self.startedAt = startedAt
    self.lastAt = lastAt
  }
}

/// What is kept of a limit of a guardrail for one run.
public struct KeptGuardrail: Sendable, Hashable {
  public var guardrail: String
  public var kind: GuardrailLimit.Kind
  /// How much more than the limit a person has granted, in the unit of ``kind``.
  public var granted: Int64
  /// Until when the limit does not hold; nil where it does.
  public var releasedUntil: Timestamp?
  /// When people were told of a trip; nil where they were not, or the run has been released since.
  public var lastToldAt: Timestamp?

  public init(
    guardrail: String, kind: GuardrailLimit.Kind, granted: Int64 = 0, releasedUntil: Timestamp? = nil,
    lastToldAt: Timestamp? = nil
  ) {
    self.guardrail = guardrail
    self.kind = kind
    self.granted = granted
    self.releasedUntil = releasedUntil
    self.lastToldAt = lastToldAt
  }
}

extension GuardrailState {
  /// What the process before knew of a run.
  init(_ kept: KeptRun, by guardrails: Guardrails) {
    self.init()
    let names = Set(guardrails.definitions.map(\.name))
    for limit in kept.guardrails where names.contains(limit.guardrail) {
      self[limit.guardrail, limit.kind].granted = limit.granted
      self[limit.guardrail, limit.kind].releasedUntil = limit.releasedUntil?.unixMicroseconds ?? .min
      self[limit.guardrail, limit.kind].lastToldAt = limit.lastToldAt?.unixMicroseconds
    }
    for definition in guardrails.definitions where definition.namesTools && definition.match.matches(kept.call) {
      for tool in kept.tools where !definition.allows(tool: tool.name) {
        let before = self[definition.name, .tools].forbiddenTools
        self[definition.name, .tools].forbiddenTools = before.saturatingAdd(tool.measures.calls)
        self[definition.name, .tools].forbiddenTool = tool.name
      }
    }
  }
}
