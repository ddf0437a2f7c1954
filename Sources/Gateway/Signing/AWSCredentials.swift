public import Observability

/// What Tollgate signs requests to AWS with.
public struct AWSCredentials: Sendable, Hashable {
  /// Names the key; stands readable in every signed request.
  public var accessKeyID: String
  public var secretAccessKey: Secret
  /// Of temporary credentials only.
  public var sessionToken: Secret?

  public init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(accessKeyID) }
}
