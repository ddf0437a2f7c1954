/// How calls are held for a person.
public struct HoldPolicy: Sendable, Equatable {
  /// What becomes of a call that nobody decided about in time.
  public enum Then: String, Sendable, CaseIterable {
    /// It is refused for good (402).
    case deny
    /// Its client is told to come again (429), and what a person decides meanwhile holds for the retry.
    case retry
  }

  /// How long a call is parked. Clients have time-outs of their own: those of common SDKs are ten minutes.
  public var waitSeconds: Int64 = 60
  /// How many calls are parked at a time.
  public var max = 100
  public var then = Then.deny

  public init() {}
}
