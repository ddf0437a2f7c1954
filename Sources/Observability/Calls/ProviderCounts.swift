/// What has been counted of one provider's calls since the process began.
public struct ProviderCounts: Sendable, Equatable {
  /// The label of its series.
  public let provider: String
  /// Attempts that ended without an answer, or with a 5xx.
  public internal(set) var failures: Int64 = 0
  /// Attempts that ended with any other answer.
  public internal(set) var answers: Int64 = 0
  /// Calls whose model the price book does not know.
  public internal(set) var unpriced: Int64 = 0
  /// Calls that no dialect understood.
  public internal(set) var unmetered: Int64 = 0

  init(_ provider: LabelValue) { self.provider = provider.text }

  /// What Tollgate or the client gave up says nothing of the provider.
  mutating func add(_ count: UInt64, _ outcome: UpstreamAttemptOutcome) {
    switch outcome {
    case .ok, .clientError, .rateLimited: answers += Int64(clamping: count)
    case .serverError, .connectFailed, .timeout, .brokenOff: failures += Int64(clamping: count)
    case .cancelled: break
    }
  }
}
