internal import Metering

/// What each of several models used for one reply, as Groq's compound systems say it beside the sum.
///
/// https://console.groq.com/docs/compound
struct UsageBreakdown {
  private var model = ""
  private var usage: Usage?
  private var parts: [ModelUsage] = []

  mutating func begin() { parts = [] }

  mutating func beginPart() {
    model = ""
    usage = nil
  }

  mutating func read(model: String) { self.model = model }

  mutating func read(usage: Usage?) { self.usage = usage }

  mutating func endPart() {
    guard let usage, !model.isEmpty, parts.count < ReplyTally.modelUsagesMax else { return }
    parts.append(ModelUsage(model: model, usage: usage))
  }

  /// Puts the models' own usage in the place of the sum; what the sum has beyond them stays with the model that answered.
  mutating func complete(_ tally: inout ReplyTally) {
    guard !parts.isEmpty, let sum = tally.usage else { return }
    let inside = parts.reduce(Usage()) { $0 + $1.usage }
    var rest = sum
    for cell in UsageCell.allCases { rest[cell] = max(0, sum[cell] - inside[cell]) }
    tally.report(rest, others: parts)
    parts = []
  }
}
