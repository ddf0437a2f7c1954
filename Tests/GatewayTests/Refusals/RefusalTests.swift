import Budgets
import Dialects
import Metering
import Testing
import Upstream

@testable import Gateway

@Suite("An answer of Tollgate's own")
struct RefusalTests {
  private func text(_ refusal: Refusal, _ dialect: Dialect?, callID: CallID? = nil) -> String {
    String(decoding: refusal.body(for: dialect, callID: callID), as: UTF8.self)
  }

  @Test("has the shape of OpenAI's errors, also where the API is not known")
  func openAI() {
    let refusal = Refusal(.unknownRoute, "No such route.")
    let expected =
      #"{"error":{"message":"No such route.","type":"invalid_request_error","param":null,"code":"unknown_route"}}"#
    #expect(text(refusal, .openai) == expected)
    #expect(text(refusal, nil, callID: CallID(rawValue: 1)) == expected)
    #expect(text(Refusal(.internalError, "x"), .openai).contains(#""type":"server_error""#))
  }

  @Test("has the shape of Anthropic's errors, with the call's id as request id")
  func anthropic() {
    let refusal = Refusal(.unmeteredDenied, "Denied.")
    #expect(
      text(refusal, .anthropic, callID: CallID(rawValue: 1))
        == #"{"type":"error","error":{"type":"permission_error","message":"Denied."},"request_id":"0000000000001"}"#)
    #expect(
      text(refusal, .anthropic) == #"{"type":"error","error":{"type":"permission_error","message":"Denied."}}"#)
  }

  @Test("of an exhausted budget says when a call like it fits again, and where none ever does")
  func exhausted() {
    let time = Timestamp(unixMicroseconds: 1_795_435_200_000_000)
    let later = Timestamp(unixMicroseconds: time.unixMicroseconds + 3_600_000_000)
    func message(need: Int64 = 2, _ resetsAt: Timestamp?, _ window: BudgetWindow) -> String {
      let refusal = BudgetRefusal(
        reason: .exhausted, budget: "b", scope: "all", unit: .calls, limit: 9, spent: 8, reserved: 0, need: need,
        window: window, resetsAt: resetsAt)
      return Refusal(refusal, at: time).message
    }
    let hour = BudgetWindow(start: time, end: later)
    #expect(message(later, hour).hasPrefix(#"Tollgate budget "b" (all) is exhausted: limit 9 calls, spent 8 calls"#))
    #expect(message(later, hour).hasSuffix("It resets at 2026-11-23T13:00:00.000000Z."))
    #expect(message(later, .always).hasSuffix("A call like this fits again at 2026-11-23T13:00:00.000000Z."))
    #expect(message(nil, .always).hasSuffix("It does not reset by itself."))
    #expect(message(need: 10, nil, hour).contains("never fits"))
  }

  @Test(
    "has Anthropic's type for its status",
    arguments: [
      (.badRequest, "invalid_request_error"), (.badIdentity, "invalid_request_error"), (.forbidden, "permission_error"),
      (.unknownRoute, "not_found_error"), (.bodyTooLarge, "request_too_large"),
      (.methodNotAllowed, "invalid_request_error"), (.ledgerUnavailable, "api_error"),
      (.tooManyInFlight, "overloaded_error"), (.upstreamUnreachable, "api_error"), (.upstreamTimeout, "timeout_error"),
      (.internalError, "api_error"), (.notSupported, "api_error"),
    ] as [(Refusal.Code, String)])
  func anthropicTypes(code: Refusal.Code, type: String) {
    #expect(text(Refusal(code, ""), .anthropic).contains(#""error":{"type":"\#(type)","#))
  }

  @Test(
    "says its status, its code, and whether a retry helps",
    arguments: [
      (.unknownRoute, 404, ["x-should-retry: false"]),
      (.badRequest, 400, ["x-should-retry: false"]),
      (.forbidden, 403, ["x-should-retry: false"]),
      (.unmeteredDenied, 403, ["x-should-retry: false"]),
      (.methodNotAllowed, 405, ["allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]),
      (.requestTimeout, 408, []),
      (.bodyTooLarge, 413, []),
      (.headTooLarge, 431, []),
      (.ledgerUnavailable, 503, ["retry-after: 5", "x-should-retry: true"]),
      (.tooManyInFlight, 503, ["retry-after: 1", "x-should-retry: true"]),
      (.shuttingDown, 503, ["retry-after: 1", "x-should-retry: true"]),
      (.upstreamUnreachable, 502, []),
      (.upstreamBrokeOff, 502, []),
      (.upstreamBadFraming, 502, []),
      (.upstreamTimeout, 504, []),
      (.internalError, 500, []),
    ] as [(Refusal.Code, Int, [String])])
  func headers(code: Refusal.Code, status: Int, more: [String]) {
    let refusal = Refusal(code, "x")
    #expect(refusal.status == status)
    let lines = refusal.headers(for: nil, callID: CallID(rawValue: 1)).map { "\($0.name): \($0.value)" }
    let always = [
      "content-type: application/json", "x-tollgate-refused: \(code.rawValue)", "x-tollgate-call: 0000000000001",
    ]
    #expect(lines == always + more)
    #expect(!refusal.headers(for: nil, callID: nil).contains { $0.name == "x-tollgate-call" })
  }

  @Test("escapes hostile text so that the body stays one JSON object")
  func escaping() {
    let hostile = "\"},{\\ \u{0}\r\n\t\u{1f}\u{7f} \u{1f600}\u{2028}</script>"
    let body = text(Refusal(.badRequest, hostile), nil)
    let escaped =
      #"\"},{\\ \u0000\u000d\u000a\u0009\u001f\u007f "# + "\u{1f600}\u{2028}</script>"
    #expect(body.hasPrefix(#"{"error":{"message":""# + escaped + #"","type":"#))
    #expect(body.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
  }

  @Test("quotes what a peer chose only in part and in printable ASCII")
  func quoting() {
    #expect(Refusal.quoted("/v1/x") == "'/v1/x'")
    #expect(Refusal.quoted("a\u{1b}[31m\n\u{e9}") == "'a?[31m???'")
    #expect(Refusal.quoted(String(repeating: "a", count: 500)).utf8.count == 96 + 5)
  }

  @Test("to a refused head has that status, and closes the connection", arguments: Rejection.Reason.allCases)
  func rejections(reason: Rejection.Reason) {
    let refusal = Refusal(Rejection(reason, "why"))
    #expect(refusal.status == reason.status)
    #expect(refusal.closesConnection)
    #expect(refusal.message == "why")
    let expected: Refusal.Code? =
      switch reason.status {
      case 400: .badRequest
      case 403, 421: .forbidden
      case 405: .methodNotAllowed
      case 413: .bodyTooLarge
      case 414, 431: .headTooLarge
      case 426, 505: .notSupported
      default: nil
      }
    if let expected { #expect(refusal.code == expected) }
  }

  @Test(
    "where the upstream failed names the provider and keeps the two kinds of failure apart",
    arguments: [
      (.nameNotResolved, 502), (.connectFailed, 502), (.connectTimeout, 504), (.tlsFailed, 502), (.headTimeout, 504),
      (.idleTimeout, 504), (.brokenOff, 502), (.badFraming, 502), (.headTooLarge, 502), (.closedBeforeReply, 502),
      (.badRequest, 400), (.unavailable, 503), (.internalError, 500),
    ] as [(TransferFailure, Int)])
  func transferFailures(failure: TransferFailure, status: Int) {
    let refusal = Refusal(failure, provider: "mine")
    #expect(refusal.status == status)
    if status == 502 || status == 504 { #expect(refusal.message.contains("'mine'")) }
  }

  @Test("has a code for each transfer failure there is")
  func everyFailure() {
    #expect(TransferFailure.allCases.count == 13)
  }
}
