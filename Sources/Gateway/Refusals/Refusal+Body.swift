public import Dialects
public import Metering

extension Refusal {
  /// The body of the answer, in the shape of the API that was called, so that its SDK raises the error it would raise for
  /// the provider's own; OpenAI's where the API is not known.
  public func body(for dialect: Dialect?, callID: CallID?) -> [UInt8] {
    var text = JSONText()
    switch dialect {
    case .openai, nil: writeOpenAI(&text)
    case .anthropic: writeAnthropic(&text, callID: callID)
    case .gemini: writeGoogle(&text)
    case .bedrock: write(&text, before: #"{"message":"#)
    case .mistral: writeMistral(&text)
    case .cohere: write(&text, before: #"{"message":"#)
    case .ollama: write(&text, before: #"{"error":"#)
    case .mcp: write(&text, before: #"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"#, after: "}}")
    }
    return text.bytes
  }

  /// The fields of the answer, but for its framing and `connection`.
  public func headers(for dialect: Dialect?, callID: CallID?) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = [
      ("content-type", "application/json"), ("x-tollgate-refused", code.rawValue),
    ]
    if let callID { fields.append(("x-tollgate-call", callID.description)) }
    if let retryAfterSeconds { fields.append(("retry-after", String(retryAfterSeconds))) }
    if let shouldRetry { fields.append(("x-should-retry", shouldRetry ? "true" : "false")) }
    if dialect == .bedrock { fields.append(("x-amzn-errortype", bedrockErrorType)) }
    if status == 426 { fields += [("upgrade", "websocket"), ("sec-websocket-version", WebSocketOffer.version)] }
    if status == 401 { fields.append(("www-authenticate", "Bearer realm=\"tollgate\"")) }
    if status == 405 { fields.append(("allow", HeadCheck.allowedMethods)) }
    return fields
  }

  private func write(_ text: inout JSONText, before: StaticString, after: StaticString = "}") {
    text.raw(before)
    text.string(message)
    text.raw(after)
  }

  private func writeOpenAI(_ text: inout JSONText) {
    write(&text, before: #"{"error":{"message":"#, after: #","type":"#)
    text.string(openAIType)
    text.raw(#","param":null,"code":"#)
    text.string(code.rawValue)
    text.raw("}}")
  }

  private func writeAnthropic(_ text: inout JSONText, callID: CallID?) {
    text.raw(#"{"type":"error","error":{"type":"#)
    text.string(anthropicType)
    write(&text, before: #","message":"#)
    if let callID {
      text.raw(#","request_id":"#)
      text.string(callID.description)
    }
    text.raw("}")
  }

  private func writeGoogle(_ text: inout JSONText) {
    text.raw(#"{"error":{"code":"#)
    text.number(status)
    write(&text, before: #","message":"#, after: #","status":"#)
    text.string(googleStatus)
    text.raw("}}")
  }

  private func writeMistral(_ text: inout JSONText) {
    write(&text, before: #"{"object":"error","message":"#, after: #","type":"#)
    text.string(openAIType)
    text.raw(#","param":null,"code":"#)
    text.string(code.rawValue)
    text.raw("}")
  }

  /// The name of `google.rpc.Code` that Google's HTTP mapping gives for the status.
  private var googleStatus: String {
    switch status {
    case 401: "UNAUTHENTICATED"
    case 402, 409, 412: "FAILED_PRECONDITION"
    case 403: "PERMISSION_DENIED"
    case 404: "NOT_FOUND"
    case 429: "RESOURCE_EXHAUSTED"
    case 501: "UNIMPLEMENTED"
    case 503: "UNAVAILABLE"
    case 504: "DEADLINE_EXCEEDED"
    case 500...: "INTERNAL"
    default: "INVALID_ARGUMENT"
    }
  }

  /// The exception of Bedrock's service model for the status, which botocore reads from `x-amzn-errortype`.
  var bedrockErrorType: String {
    switch status {
    case 401, 403: "AccessDeniedException"
    case 402: "ServiceQuotaExceededException"
    case 404: "ResourceNotFoundException"
    case 429: "ThrottlingException"
    case 503: "ServiceUnavailableException"
    case 504: "ModelTimeoutException"
    case 500...: "InternalServerException"
    default: "ValidationException"
    }
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
    case 402: "insufficient_quota"
    case 429: "rate_limit_error"
    case 500...: "server_error"
    default: "invalid_request_error"
    }
  }
}
