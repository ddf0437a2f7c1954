import Dialects
import Metering

/// Usage by its cells: `cells([.input: 3])`.
func cells(_ counts: [UsageCell: Int64]) -> Usage {
  var usage = Usage()
  for (cell, count) in counts { usage[cell] = count }
  return usage
}

/// What the facts say of the answering model.
func answering(_ facts: ReplyFacts) -> Usage? { facts.usage.first { $0.model == nil }?.usage }
