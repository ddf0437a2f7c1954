/// What has been counted of a provider's calls since the process began.
public struct ProviderTraffic: Sendable, Equatable {
  public var provider: String
  /// Attempts that ended with no answer, or with a 5xx.
  public var failures: Int64
  /// Attempts that ended with any other answer.
  public var answers: Int64
  /// Calls whose model has no price.
  public var unpriced: Int64
  /// Calls that no dialect understood.
  public var unmetered: Int64

  public init(provider: String, failures: Int64, answers: Int64, unpriced: Int64, unmetered: Int64) {
    self.provider = provider
    self.failures = failures
    self.answers = answers
    self.unpriced = unpriced
    self.unmetered = unmetered
  }
}
