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
  var guardrailRefusal: Refusal? { runTicket?.admission.answer.refusal.map { Refusal($0) } }

  /// Notes for the run why the call comes to no reply.
  func noteRunRefused(_ code: Refusal.Code) { runTicket?.failure = RunFailure(code) }

  /// What the reply's header says of limits that the run has reached, and that let it pass: as much of it as a header can be.
  var guardrailWarning: String? {
    guard let trip = runTicket?.admission.answer.trips.first, trip.action == .warn else { return nil }
    return String(decoding: trip.description.utf8.prefix(Self.warningBytesMax), as: UTF8.self).filter {
      $0.isASCII && $0 >= " " && $0 != "\u{7F}"
    }
  }

  private static let warningBytesMax = 512
}

extension Refusal {
  /// The answer to a call whose run has reached a guardrail's limit: which one, with its figures.
  init(_ trip: GuardrailTrip) {
    if trip.kind.passesByItself {
      self.init(.guardrail, "Tollgate \(trip). Try again when a call of the run has ended.")
      status = 429
      shouldRetry = true
      retryAfterSeconds = 1
    } else if trip.action == .hold {
      self.init(
        .holdPending, "Tollgate \(trip). A person has been asked to release it (tollgate run release); try again.")
      retryAfterSeconds = HoldDesk.retryAfterSeconds
    } else {
      self.init(.guardrail, "Tollgate \(trip). The run goes on once somebody releases it: tollgate run release.")
    }
  }
}
