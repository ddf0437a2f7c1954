public import Metering

/// How a person lets a run go on that a guardrail has stopped.
public struct GuardrailRelease: Sendable, Hashable {
  public var guardrail: String
  /// Nil for every limit of the guardrail.
  public var kind: GuardrailLimit.Kind?
  /// How much more the run may have, beyond what it has now, in the unit of the limit: so many calls, dollars, rounds.
  public var amount: Int64
  /// Until when the limit does not hold at all; nil where it does.
  public var until: Timestamp?

  public init(guardrail: String, kind: GuardrailLimit.Kind? = nil, amount: Int64 = 0, until: Timestamp? = nil) {
    self.guardrail = guardrail
    self.kind = kind
    self.amount = amount
    self.until = until
  }
}

extension Guardrails {
  /// Lets a run go on: a limit is raised to what the run has now and so much more, or does not hold for a time.
  ///
  /// - Returns: whether there is such a guardrail with such a limit.
  func release(
    _ release: GuardrailRelease, _ tally: RunTally, _ state: inout GuardrailState, at now: Timestamp
  ) -> Bool {
    guard let definition = definitions.first(where: { $0.name == release.guardrail }) else { return false }
    var limits = definition.limits
    if definition.namesTools { limits.append(GuardrailLimit(.tools, 1)) }
    if let kind = release.kind { limits.removeAll { $0.kind != kind } }
    for limit in limits {
      var entry = state[definition.name, limit.kind]
      if let until = release.until { entry.releasedUntil = max(entry.releasedUntil, until.unixMicroseconds) }
      if release.amount > 0 {
        let has =
          limit.kind == .tools ? entry.forbiddenTools : Figures(limit.kind, depth: tally.depth, tally, at: now).value
        entry.granted = max(entry.granted, has.saturatingAdd(release.amount).excess(over: limit.amount))
      }
      entry.lastToldAt = nil
      state[definition.name, limit.kind] = entry
    }
    return !limits.isEmpty
  }
}
