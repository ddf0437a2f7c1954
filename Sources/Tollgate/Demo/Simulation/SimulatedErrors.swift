/// Writes errors in the shape of the API that was called.
enum SimulatedErrors {
  static func reply(_ refusal: SimulatedRefusal, isAnthropic: Bool) -> SimulatedReply {
    let isRetryable = refusal.status == 429 || refusal.status >= 500
    let headers = isRetryable ? [(name: "retry-after", value: "1"), (name: "x-should-retry", value: "true")] : []
    let body: JSONValue =
      isAnthropic
      ? [
        "type": "error", "error": ["type": .string(refusal.type), "message": .string(refusal.message)],
        "request_id": "req_simulated",
      ]
      : [
        "error": [
          "message": .string(refusal.message), "type": .string(refusal.type), "param": nil,
          "code": refusal.status == 429 ? "rate_limit_exceeded" : nil,
        ]
      ]
    return .json(body, status: refusal.status, headers: headers)
  }

  /// What overloaded providers say: OpenAI 429, Anthropic 529.
  static func overload(isAnthropic: Bool) -> SimulatedRefusal {
    isAnthropic
      ? SimulatedRefusal(status: 529, type: "overloaded_error", message: "Overloaded")
      : SimulatedRefusal(status: 429, type: "requests", message: "Rate limit reached. Please try again in 1s.")
  }
}
