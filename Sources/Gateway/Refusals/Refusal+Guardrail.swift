import Ledger
import Runs

extension RunFailure {
  /// Why a call that was refused came to no reply.
  fileprivate init(_ code: Refusal.Code) {
    switch code {
    case .guardrail: self = .guardrail
    case .budgetExhausted, .budgetContended, .budgetUnbounded, .budgetCut, .holdDenied, .holdPending: self = .budget
    default: self = .error
    }
  }
}

extension Call {
  /// What a guardrail has against the call; nil where it passes.
  var guardrailTrip: GuardrailTrip? { guardrailAnswer.refusal }

  private var guardrailAnswer: GuardrailAnswer { runTicket?.admission.answer ?? answerAlone }

  /// Notes for the run why the call comes to no reply.
  func noteRunRefused(_ code: Refusal.Code) {
    let failure = guardrailTrip == nil ? RunFailure(code) : .guardrail
    runTicket?.failure = failure
  }

  /// What the reply's header says of limits that the run has reached, and that let it pass: as much of it as a header can be.
  var guardrailWarning: String? {
    guard let trip = guardrailAnswer.trips.first, trip.action == .warn else { return nil }
    return String(decoding: trip.description.utf8.prefix(Self.warningBytesMax), as: UTF8.self).filter {
      $0.isASCII && $0 >= " " && $0 != "\u{7F}"
    }
  }

  private static let warningBytesMax = 512
}

extension GuardrailTrip {
  /// Whether the call is parked until a person decides, rather than refused. What belongs to no run cannot be released.
  var holds: Bool { action == .hold && !kind.passesByItself && run != nil }
}

extension Refusal {
  /// The answer to a call whose run has reached a guardrail's limit: which one, with its figures. Where it would be held and cannot wait,
  /// it is the same.
  init(_ trip: GuardrailTrip) {
    if trip.kind.passesByItself {
      self.init(.guardrail, "Tollgate \(trip). Try again when a call of the run has ended.")
      status = 429
      shouldRetry = true
      retryAfterSeconds = 1
    } else if trip.run == nil {
      self.init(.guardrail, "Tollgate \(trip).")
    } else {
      self.init(.guardrail, "Tollgate \(trip). The run goes on once somebody releases it: tollgate run release.")
    }
  }

  /// The answer to a held call that was denied, or that nobody decided about.
  static func held(_ hold: HoldRecord, _ trip: GuardrailTrip) -> Refusal {
    let end =
      hold.state == .denied
      ? "it was denied" + (hold.end?.reason.map { ": \($0)" } ?? "") : "nobody decided in time"
    var refusal = Refusal(.holdDenied, "Tollgate \(trip). A person was asked (hold \(hold.id)), and \(end).")
    refusal.status = Code.guardrail.status
    return refusal
  }

  /// The answer to a held call whose client is to come again; nil where there is no room for it among those that wait for a person.
  static func comeAgain(_ hold: HoldRecord?, _ trip: GuardrailTrip) -> Refusal {
    let why =
      hold.map { "A person has been asked (hold \($0.id)) and has not decided yet" }
      ?? "As many calls wait for a person as can"
    var refusal = Refusal(.holdPending, "Tollgate \(trip). \(why); try again.")
    refusal.retryAfterSeconds = HoldDesk.retryAfterSeconds
    return refusal
  }
}
