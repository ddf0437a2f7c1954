import Ledger
import Metering
import Testing

@testable import Control

/// A row with more money than a Double or an Int64 holds.
func exampleRow() -> SummaryRow {
  var row = SummaryRow(key: ["researcher", nil])
  row.calls = 5
  row.usage[.input] = 10
  row.usage[.cacheWrite5m] = 3
  row.usage[.cacheWrite1h] = 4
  row.costPicodollars = 100_000_000_000_000_000_001
  row.costBySource = [.provider: 100_000_000_000_000_000_000, .counted: 1, .bound: 0]
  row.adjustedPicodollars = -7
  row.reportedPicodollars = 9
  row.reportedBookPicodollars = 8
  row.substitutedPicodollars = 6
  row.usage[.inputAudioTime] = 12_500
  row.usage[.inputPages] = 3
  row.partialCalls = 4
  row.unmeteredCalls = 5
  row.subscriptionPicodollars = 1_500_000_000_000
  row.unpricedCalls = 1
  row.toolCalls = 2
  row.errors = 3
  return row
}

@Suite struct SummaryJSONTests {
  @Test("A row has the dimensions asked for and exact sums, beyond 2^63 too")
  func row() {
    #expect(
      String(decoding: SummaryJSON.page([exampleRow()], by: [.agent, .workflow]), as: UTF8.self) == #"""
        {"rows":[{"agent":"researcher","workflow":null,"calls":5,"tokens":{"input":10,"cached_input":0,"cache_write":7,"output":0,"reasoning":0,"audio_input":0,"audio_output":0,"image_input":0,"image_output":0,"video_input":0,"video_output":0},"units":{"in.audio.time":12.5,"in.pages":3},"cost_pico_usd":100000000000000000001,"cost_usd":"100000000.000000000001","cost_by_source":{"provider":100000000000000000000,"counted":1},"adjusted_pico_usd":-7,"reported_pico_usd":9,"reported_book_pico_usd":8,"substituted_pico_usd":6,"subscription_cost_pico_usd":1500000000000,"subscription_cost_usd":"1.5","unpriced_calls":1,"partial_calls":4,"unmetered_calls":5,"tool_calls":2,"errors":3}],"next":null}
        """#)
  }
}
