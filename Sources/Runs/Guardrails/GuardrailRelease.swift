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

  /// Whether the limit that tripped is one of those that the run is released from.
  public func lifts(_ trip: GuardrailTrip) -> Bool { trip.guardrail == guardrail && (kind ?? trip.kind) == trip.kind }

  /// What a person grants who lets the run go on that tripped: as much again as it may have anyway.
  public init(passing trip: GuardrailTrip) {
    self.init(guardrail: trip.guardrail, kind: trip.kind, amount: max(1, trip.limit))
  }
}

extension Guardrails {
  /// Lets a run go on: a limit is raised to what the run has now and so much more, or does not hold for a time.
  ///
  /// - Returns: what is to be kept of it; empty where there is no such guardrail, or no such limit.
  func release(
    _ release: GuardrailRelease, _ tally: RunTally, _ state: inout GuardrailState, at now: Timestamp
  ) -> [KeptGuardrail] {
    guard let definition = definitions.first(where: { $0.name == release.guardrail }) else { return [] }
    var kept: [KeptGuardrail] = []
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
      kept.append(
        KeptGuardrail(
          guardrail: definition.name, kind: limit.kind, granted: entry.granted,
          releasedUntil: entry.releasedUntil == .min ? nil : Timestamp(unixMicroseconds: entry.releasedUntil)))
    }
    return kept
  }
}
