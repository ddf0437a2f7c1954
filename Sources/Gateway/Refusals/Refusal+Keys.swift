internal import Budgets
internal import Ledger
internal import Metering
internal import Observability

extension Refusal {
  static func missingKey(provider: String) -> Refusal {
    Refusal(
      .invalidKey,
      "This Tollgate answers only to keys of its own for provider \(quoted(provider)). Send one (tg-...) in place of the "
        + "provider's key, or as x-tollgate-key; its operator makes keys with `tollgate key create`.")
  }

  static func malformedKey() -> Refusal {
    Refusal(
      .invalidKey, "The Tollgate key of this request is not whole, or is no virtual key. A virtual key begins with tg-."
    )
  }

  static func misplacedKey() -> Refusal {
    Refusal(
      .invalidKey,
      "This request has a key of Tollgate's in a place where it would reach the provider. Send it as x-tollgate-key, or where "
        + "the provider's key goes: authorization: Bearer tg-..., x-api-key, api-key, x-goog-api-key, or ?key=.")
  }

  static func unknownKey() -> Refusal {
    Refusal(
      .invalidKey,
      "The Tollgate key of this request is not known here, or it has been rotated. Ask whoever runs Tollgate for one.")
  }

  static func revokedKey(_ name: String) -> Refusal {
    Refusal(.invalidKey, "The Tollgate key \(quoted(name)) has been revoked. Ask whoever runs Tollgate for another.")
  }

  static func expiredKey(_ name: String, at instant: Timestamp) -> Refusal {
    Refusal(
      .invalidKey,
      "The Tollgate key \(quoted(name)) expired at \(instant.rfc3339). Ask whoever runs Tollgate for another.")
  }

  static func providerNotAllowed(_ provider: String, key: VirtualKey) -> Refusal {
    Refusal(
      .keyNotAllowed,
      "The Tollgate key \(quoted(key.name)) does not allow provider \(quoted(provider)); it allows "
        + key.grant.providers.map(\.text).joined(separator: ", ") + ".")
  }

  static func modelNotAllowed(_ model: String, key: VirtualKey) -> Refusal {
    Refusal(
      .keyNotAllowed,
      "The Tollgate key \(quoted(key.name)) does not allow the model \(quoted(model)); it allows "
        + key.grant.models.map(\.text).joined(separator: ", ") + ".")
  }

  static func modelNotTold(key: VirtualKey) -> Refusal {
    Refusal(
      .keyNotAllowed,
      "The Tollgate key \(quoted(key.name)) allows only the models "
        + key.grant.models.map(\.text).joined(separator: ", ")
        + ", and this request does not say, in a way that Tollgate can read, which one it asks for.")
  }
}
