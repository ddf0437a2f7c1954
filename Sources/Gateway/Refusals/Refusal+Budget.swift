import Budgets
import Ledger
import Metering
import Observability

extension Refusal {
  /// The answer to a call that a budget does not let pass: which limit, of whom, how much is left of it and when it begins anew.
  init(_ refusal: BudgetRefusal, at time: Timestamp) {
    switch refusal.reason {
    case .exhausted:
      self.init(.budgetExhausted, "\(refusal.subject) is exhausted: \(refusal.state). \(refusal.reset(at: time))")
    case .contended(let seconds):
      self.init(
        .budgetContended,
        "\(refusal.subject) is taken up by calls under way: \(refusal.state). There is no room for this call yet; try again."
      )
      retryAfterSeconds = Int(clamping: max(1, seconds))
    case .unbounded:
      self.init(
        .budgetUnbounded,
        "\(refusal.subject) is hard, and nothing bounds what this call may cost: name a model with a known price and a limit "
          + "of output, and leave out what the provider itself fetches or keeps.")
    }
  }
}

extension Refusal {
  /// The last event of a stream that costs more than its budget has left.
  init(cutBy refusal: BudgetRefusal) {
    self.init(
      .budgetCut,
      "\(refusal.subject) cut this reply: it costs more than was reserved for it, and nothing is left: \(refusal.state)."
    )
  }

  /// The answer to a held call that was denied, or that nobody decided about.
  fileprivate static func held(_ hold: HoldRecord, _ refusal: BudgetRefusal) -> Refusal {
    let end =
      hold.state == .denied
      ? "it was denied" + (hold.end?.reason.map { ": \($0)" } ?? "") : "nobody decided in time"
    return Refusal(
      .holdDenied,
      "\(refusal.subject) is exhausted: \(refusal.state). A person was asked (hold \(hold.id)), and \(end).")
  }

  fileprivate static func comeAgain(_ hold: HoldRecord?, _ refusal: BudgetRefusal) -> Refusal {
    let why =
      hold.map { "A person has been asked (hold \($0.id)) and has not decided yet" }
      ?? "As many calls wait for a person as can"
    var answer = Refusal(
      .holdPending, "\(refusal.subject) is exhausted: \(refusal.state). \(why); try again.")
    answer.retryAfterSeconds = HoldDesk.retryAfterSeconds
    return answer
  }
}

extension Refusal {
  /// The answer to a call that would be held, and cannot wait.
  init(unheld heldBy: HeldBy, at time: Timestamp) {
    switch heldBy {
    case .budget(let refusal): self.init(refusal, at: time)
    case .guardrail(let trip): self.init(trip)
    }
  }

  /// The answer to a held call that was denied, or that nobody decided about.
  static func held(_ hold: HoldRecord, _ heldBy: HeldBy) -> Refusal {
    switch heldBy {
    case .budget(let refusal): held(hold, refusal)
    case .guardrail(let trip): held(hold, trip)
    }
  }

  /// The answer to a held call whose client is to come again; nil where there is no room for it among those that wait for a person.
  static func comeAgain(_ hold: HoldRecord?, _ heldBy: HeldBy) -> Refusal {
    switch heldBy {
    case .budget(let refusal): comeAgain(hold, refusal)
    case .guardrail(let trip): comeAgain(hold, trip)
    }
  }
}

extension Refusal {
  static func outputNotLimited() -> Refusal {
    Refusal(
      .internalError, "Tollgate could not write the limit of output that a budget gives this call into its request.")
  }
}

extension BudgetRefusal {
  fileprivate var subject: String { "Tollgate budget \"\(budget)\" (\(scope))" }

  fileprivate var state: String {
    var parts = ["limit \(amount(limit))", "spent \(amount(spent))", "reserved \(amount(reserved))"]
    if let need { parts.append("this call may need \(amount(need))") }
    return parts.joined(separator: ", ")
  }

  fileprivate func reset(at time: Timestamp) -> String {
    if let need, need > limit {
      return "A call that may need so much never fits: it needs a higher limit, or to ask for less."
    }
    guard let resetsAt, resetsAt > time else { return "It does not reset by itself." }
    // A rolling window lets go of a little at a time.
    return window.isEndless
      ? "A call like this fits again at \(resetsAt.rfc3339)." : "It resets at \(resetsAt.rfc3339)."
  }

  /// Whole and with its unit. Dollars are rounded to a hundredth of a cent, so that people can read them.
  private func amount(_ value: Int64) -> String {
    switch unit {
    case .usd:
      let (whole, rest) = value.quotientAndRemainder(dividingBy: 100_000_000)
      let tenThousandths = rest >= 50_000_000 ? whole + 1 : whole
      let fraction = String(tenThousandths.magnitude % 10_000)
      let zeros = String(repeating: "0", count: 4 - fraction.count)
      return "\(value < 0 ? "-" : "")\(tenThousandths.magnitude / 10_000).\(zeros)\(fraction) USD"
    case .tokens: return "\(value) tokens"
    case .calls: return "\(value) calls"
    case .toolCalls: return "\(value) tool calls"
    }
  }
}
