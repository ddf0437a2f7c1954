internal import Metering

/// What guardrails remember of one run.
struct GuardrailState: Sendable, Equatable {
  struct Key: Sendable, Hashable {
    var guardrail: String
    var kind: GuardrailLimit.Kind
  }

  struct Entry: Sendable, Equatable {
    /// How much more than its limit a person has granted.
    var granted: Int64 = 0
    /// Until when the limit does not hold.
    var releasedUntil: Int64 = .min
    var lastToldAt: Int64?
    var trips: Int64 = 0
    /// How many tools were asked for that may not be called, and the last of them.
    var forbiddenTools: Int64 = 0
    var forbiddenTool = ""
  }

  private(set) var entries: [Key: Entry] = [:]

  subscript(guardrail: String, kind: GuardrailLimit.Kind) -> Entry {
    get { entries[Key(guardrail: guardrail, kind: kind)] ?? Entry() }
    set { entries[Key(guardrail: guardrail, kind: kind)] = newValue }
  }

  /// Forgets what no definition is about any more.
  mutating func keep(_ names: Set<String>) { entries = entries.filter { names.contains($0.key.guardrail) } }
}
