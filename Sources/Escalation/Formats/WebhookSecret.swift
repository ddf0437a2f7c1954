internal import Crypto
public import Observability

/// A secret of Standard Webhooks 1.0: `whsec_` and the base64 of 24 to 64 random bytes.
public struct WebhookSecret: Sendable, Equatable {
  private let text: Secret
  private let key: [UInt8]

  /// Why a text is no secret. Says nothing of the text itself.
  public struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
  }

  public init(_ secret: Secret) throws(Malformed) {
    guard secret.exposed.hasPrefix(Self.prefix) else {
      throw Malformed(description: "a webhook's secret begins with whsec_\(Self.advice)")
    }
    guard let key = Base64.decoded(secret.exposed.dropFirst(Self.prefix.count)) else {
      throw Malformed(description: "what follows whsec_ is not base64\(Self.advice)")
    }
    guard Self.keyBytes.contains(key.count) else {
      throw Malformed(
        description: "a webhook's secret has 24 to 64 bytes, and this one \(key.count)\(Self.advice)")
    }
    text = secret
    self.key = key
  }

  /// The signature of a message, as it stands in the header: `v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`.
  func signature(id: String, unixSeconds: Int64, body: [UInt8]) -> String {
    var code = HMAC<SHA256>(key: SymmetricKey(data: key))
    code.update(data: Array("\(id).\(unixSeconds).".utf8))
    code.update(data: body)
    return "v1," + Base64.encoded(Array(code.finalize()))
  }

  private static let prefix = "whsec_"
  private static let keyBytes = 24...64
  private static let advice = "; make one: echo whsec_$(head -c 32 /dev/urandom | base64 -w 0)"
}
