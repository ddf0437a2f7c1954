import Budgets
import CPriceBook
import Metering
import Testing
import Tokenizers

@testable import Gateway
@testable import Ledger

@Suite("What an interrupted call is charged")
struct RecoveryTests {
  /// 1 and 10 USD a million; a tenth more in a region, a fifth more at an endpoint of one.
  private static let acme = """
    {"format": 1, "provider": "acme", "name": "Acme", "currency": "USD",
     "sources": {"page": {"what": "a page", "url": "https://acme.example"}}, "models": [
     {"id": "road-1", "match": ["road-1"], "prices": [{"source": "page", "rates": {"in": "1", "out": "10"}, "adjust": [
       {"when": {"geo": "eu"}, "times": {"tokens": "1.1"}},
       {"when": {"endpoint": "regional"}, "times": {"tokens": "1.2"}}]}]}]}
    """

  /// The program's meters, and Acme's prices.
  private static var files: [(name: String, bytes: [UInt8])] {
    let embedded = (0..<tollgate_price_file_count()).map { tollgate_price_file_at($0) }
    return [("acme.json", Array(acme.utf8))]
      + embedded.map { (String(cString: $0.name), Array(UnsafeBufferPointer(start: $0.bytes, count: $0.length))) }
      .filter { $0.0 == "meters.json" }
  }

  private func recovery(_ budgets: RecoveryBudgets = RecoveryBudgets(BudgetBook()), host: String? = nil) throws
    -> Recovery
  {
    Recovery(
      prices: CurrentPriceBook(try PriceBook(files: Self.files)),
      terms: { PriceTerms(provider: $0, host: host, discounts: PriceDiscount(times: "1/2").map { [$0] } ?? []) },
      unmetered: .allow, budgets: budgets)
  }

  private func call(_ change: (inout RecoveredCall) -> Void) -> RecoveredCall {
    let admission = Admission(
      id: CallID(rawValue: 1), startedAt: Timestamp(unixMicroseconds: 1_795_000_000_000_000), provider: "acme",
      dialect: "openai", method: "POST", path: "/v1/chat/completions", model: "road-1", agent: "a", workflow: "w",
      run: nil, isStream: true, billing: .metered, upstreamKeyID: nil, requestBytes: 4_000,
      promptTokensEstimate: 1_000)
    var call = RecoveredCall(
      admission: admission, wasSent: true, usage: Usage(), outputTextBytes: 444, model: nil, responseID: nil,
      status: 200)
    change(&call)
    return call
  }

  private func record(_ change: (inout RecoveredCall) -> Void = { _ in }, host: String? = nil) throws -> CallRecord {
    try recovery(host: host).record(of: call(change))
  }

  @Test("takes from budgets what they had reserved, where that is more and nobody can say what it used")
  func reserved() throws {
    let definitions = BudgetBound.allCases.map { bound in
      var definition = BudgetDefinition(name: bound.rawValue, limit: BudgetLimit(unit: .usd, amount: 1))
      definition.bound = bound
      definition.period = .total
      return definition
    }
    let reserve = CallReserve(
      bound: CallAmounts(picodollars: 70_000_000_000, tokens: 0),
      expected: CallAmounts(picodollars: 50_000_000_000, tokens: 0))
    func debits(_ change: (inout RecoveredCall) -> Void) throws -> [String: Int64] {
      var book = BudgetBook()
      for definition in definitions {
        try book.define(definition, at: Timestamp(unixMicroseconds: 1_795_000_000_000_000))
      }
      let row = try recovery(RecoveryBudgets(book)).row(
        of: call {
          $0.admission.reserve = reserve
          change(&$0)
        })
      #expect(row.debits.isEmpty || row.record.debitedPicodollars == row.debits.map(\.amount).max())
      return Dictionary(uniqueKeysWithValues: row.debits.map { ($0.budget, $0.amount) })
    }
    let counted = try #require(try record().costPicodollars)
    #expect(try debits { _ in } == ["hard": 70_000_000_000, "expected": counted])
    #expect(try debits { $0.admission.isStream = false } == ["hard": 70_000_000_000, "expected": 50_000_000_000])
    #expect(try debits { $0.status = 429 } == [:])
    #expect(try debits { $0.wasSent = false } == [:])
    let settled = try debits {
      $0.settlement = RecoveredCall.Settlement(
        outcome: .ok, usageSource: .provider, costSource: .priced, costPicodollars: 9, durationMicroseconds: 1)
    }
    #expect(settled == ["hard": 9, "expected": 9])
  }

  @Test("is its expected prompt and the text that had come, at the provider's terms")
  func text() throws {
    let record = try record()
    let output = TokenizerFamily.other.tokens(textBytes: 444)
    #expect((record.usage[.input], record.usage[.output]) == (1_000, output))
    #expect(record.usageSource == .recovered)
    let cost = (1_000 * 1_000_000 + output * 10_000_000) / 2
    #expect(record.costPicodollars == cost)
  }

  @Test("is what the provider had reported")
  func reported() throws {
    let record = try record {
      $0.usage[.input] = 7
      $0.usage[.output] = 3
    }
    #expect(record.costPicodollars == 18_500_000)
  }

  @Test("has the price of the place that its host processes in")
  func place() throws {
    let usual = try #require(try record().costPicodollars)
    #expect(try record(host: "api.openai.com").costPicodollars == usual)
    #expect(try record(host: "eu.api.openai.com").costPicodollars == usual / 10 * 11)
    #expect(try record(host: "us-east5-aiplatform.googleapis.com").costPicodollars == usual / 10 * 12)
  }

  @Test("is nothing where nothing was sent, or the provider refused")
  func nothing() throws {
    #expect(try record { $0.wasSent = false }.costPicodollars == 0)
    #expect(try record { $0.status = 429 }.costPicodollars == 0)
  }
}
