public import Dialects

/// How a run ended. The raw values are what reports and the API say.
public enum RunOutcome: String, Sendable, CaseIterable {
  /// Its last reply was whole, and nobody has to answer it.
  case ok
  /// The last reply was cut at its limit.
  case cut
  case contentFilter = "content_filter"
  case refusal
  /// The last call failed.
  case error
  /// The last stream broke off.
  case missingEnd = "missing_end"
  /// The last reply asked for tools that nobody answered.
  case unansweredTool = "unanswered_tool"
  /// A guardrail refused the last call, or a person did.
  case guardrail
  /// A budget refused the last call.
  case budget
  /// The client left while the last call was in flight.
  case aborted
  /// No call of the run came to a reply.
  case none

  /// Whether the run ended well.
  public var isWell: Bool { self == .ok }
}

/// Why a call of a run came to no reply.
public enum RunFailure: String, Sendable, CaseIterable {
  case guardrail, budget, aborted, error
}

extension RunOutcome {
  /// How a run ended whose last call came to a reply, or failed.
  ///
  /// - Parameters:
  ///   - ending: how the last reply ended; nil where there was none.
  ///   - failure: why the call after it came to none; nil where there is no such call.
  ///   - awaitsTools: whether the last reply asked for tools that were not answered.
  public init(ending: ReplyEnding?, failure: RunFailure?, awaitsTools: Bool) {
    switch failure {
    case .guardrail: self = .guardrail
    case .budget: self = .budget
    case .aborted: self = .aborted
    case .error: self = .error
    case nil:
      switch ending {
      case nil: self = .none
      case .length: self = .cut
      case .contentFilter: self = .contentFilter
      case .refusal: self = .refusal
      case .error: self = .error
      case .missing: self = .missingEnd
      case .cancelled: self = .aborted
      case .stop, .toolUse, .pause, .pending, .other: self = awaitsTools ? .unansweredTool : .ok
      }
    }
  }
}
