public import Dialects
public import Metering

extension Refusal {
  /// The body of the answer, in the shape of the API that was called, so that its SDK raises the error it would raise for
  /// the provider's own; OpenAI's where the API is not known.
  public func body(for dialect: Dialect?, callID: CallID?) -> [UInt8] {
    var text = JSONText()
    switch dialect {
    case .anthropic:
      text.raw(#"{"type":"error","error":{"type":"#)
      text.string(anthropicType)
      text.raw(#","message":"#)
      text.string(message)
      text.raw("}")
      if let callID {
        text.raw(#","request_id":"#)
        text.string(callID.description)
      }
      text.raw("}")
    case .openai, nil:
      text.raw(#"{"error":{"message":"#)
      text.string(message)
      text.raw(#","type":"#)
      text.string(openAIType)
      text.raw(#","param":null,"code":"#)
      text.string(code.rawValue)
      text.raw("}}")
    }
    return text.bytes
  }

  /// The fields of the answer, but for its framing and `connection`.
  public func headers(callID: CallID?) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = [
      ("content-type", "application/json"), ("x-tollgate-refused", code.rawValue),
    ]
    if let callID { fields.append(("x-tollgate-call", callID.description)) }
    if let retryAfterSeconds { fields.append(("retry-after", String(retryAfterSeconds))) }
    if let shouldRetry { fields.append(("x-should-retry", shouldRetry ? "true" : "false")) }
    if status == 405 { fields.append(("allow", HeadCheck.allowedMethods)) }
    return fields
  }

  /// Anthropic's type for the status (its documentation, "Errors").
  private var anthropicType: String {
    switch status {
    case 401: "authentication_error"
    case 402: "billing_error"
    case 403: "permission_error"
    case 404: "not_found_error"
    case 413: "request_too_large"
    case 429: "rate_limit_error"
    case 503 where code == .tooManyInFlight: "overloaded_error"
    case 504: "timeout_error"
    case 500...: "api_error"
    default: "invalid_request_error"
    }
  }

  /// OpenAI's type for the status.
  private var openAIType: String {
    switch status {
    case 429: "rate_limit_error"
    case 500...: "server_error"
    default: "invalid_request_error"
    }
  }
}
