import Budgets
import Ledger
import Metering
import Testing

@testable import Gateway

@Suite("Calls that count in budgets")
struct BudgetedCallsTests {
  private func counts(
    _ method: String, _ path: String, dialect: String? = "openai", error: String? = nil, tokens: Int64 = 0,
    toolCalls: Int64 = 0
  ) -> Bool {
    SpentCall(
      call: BudgetCall(id: CallID(rawValue: 1), agent: "a", workflow: "w", provider: "p"),
      startedAt: Timestamp(unixMicroseconds: 0), endedAt: Timestamp(unixMicroseconds: 0),
      used: CallAmounts(picodollars: 0, tokens: tokens, toolCalls: toolCalls), method: method, path: path,
      dialect: dialect, error: error
    ).countsInBudgets
  }

  @Test("are those that were decided on, though they used nothing")
  func decided() {
    #expect(counts("POST", "/v1/chat/completions", error: "server_error"))
    #expect(counts("POST", "/v1/unheard-of", dialect: nil))
  }

  @Test("are not those that are free, or never reached their provider")
  func free() {
    #expect(!counts("GET", "/v1/models"))
    #expect(!counts("GET", "/unheard-of", dialect: nil))
    #expect(!counts("POST", "/v1/messages/count_tokens", dialect: "anthropic"))
    #expect(!counts("POST", "/v1/chat/completions", error: "connect_failed"))
    #expect(!counts("POST", "/mcp", dialect: "mcp", toolCalls: 1), "the reply that asked for the tool has counted it")
  }

  @Test("are results that are fetched, where they had anything")
  func fetched() {
    #expect(!counts("GET", "/v1/responses/resp_1"))
    #expect(counts("GET", "/v1/responses/resp_1", tokens: 5))
  }
}
