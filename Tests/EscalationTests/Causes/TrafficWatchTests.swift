import Ledger
import Metering
import Testing

@testable import Escalation

@Suite("What counters tell")
struct TrafficWatchTests {
  private func traffic(
    failures: Int64 = 0, answers: Int64 = 0, unpriced: Int64 = 0, unmetered: Int64 = 0
  ) -> ProviderTraffic {
    ProviderTraffic(
      provider: "openai", failures: failures, answers: answers, unpriced: unpriced, unmetered: unmetered)
  }

  @Test("A provider fails from the third failure on, where half of the attempts of two minutes failed")
  func failing() {
    var watch = TrafficWatch()
    #expect(watch.note([traffic(failures: 2, answers: 1)], now: .start).isEmpty)
    #expect(
      watch.note([traffic(failures: 3, answers: 3)], now: .at(5))
        == [.fires(.upstreamFailing, TrafficFacts(provider: "openai", calls: 3, callsInAll: 6))])
    var many = TrafficWatch()
    #expect(many.note([traffic(failures: 10, answers: 1000)], now: .start).isEmpty)
    #expect(many.note([traffic(failures: 10, answers: 1000)], now: .at(60)).isEmpty)
    // The thousand are out of the window: of the newest ten, six failed.
    #expect(many.note([traffic(failures: 16, answers: 1004)], now: .at(185)).count == 1)
  }

  @Test("It works again when less than a quarter fails, or when nobody calls for ten minutes")
  func recovery() {
    for isCalled in [true, false] {
      var watch = TrafficWatch()
      #expect(watch.note([traffic(failures: 5)], now: .start).count == 1)
      var ends: [Int64] = []
      for step: Int64 in 1...200 {
        let answers = isCalled ? step : 0
        let findings = watch.note([traffic(failures: 5, answers: answers)], now: .at(step * 5))
        if findings.contains(.ends(.provider(.upstreamFailing, "openai"))) { ends.append(step * 5) }
      }
      #expect(ends == (isCalled ? [80] : [600]), "\(ends)")
    }
  }

  @Test("Calls without a price or a meter fire with their number, and are over after an hour without another")
  func unpriced() {
    var watch = TrafficWatch()
    #expect(watch.note([traffic(unpriced: 0)], now: .start).isEmpty)
    #expect(
      watch.note([traffic(unpriced: 2, unmetered: 1)], now: .at(5)) == [
        .fires(.unpriced, TrafficFacts(provider: "openai", calls: 2)),
        .fires(.unmetered, TrafficFacts(provider: "openai", calls: 1)),
      ])
    #expect(watch.note([traffic(unpriced: 2, unmetered: 1)], now: .at(3604)).isEmpty)
    #expect(
      watch.note([traffic(unpriced: 3, unmetered: 1)], now: .at(3605)) == [
        .fires(.unpriced, TrafficFacts(provider: "openai", calls: 3)), .ends(.provider(.unmetered, "openai")),
      ])
    #expect(watch.note([traffic(unpriced: 3, unmetered: 1)], now: .at(7300)) == [.ends(.provider(.unpriced, "openai"))])
    #expect(
      watch.note([traffic(unpriced: 4, unmetered: 1)], now: .at(7305))
        == [.fires(.unpriced, TrafficFacts(provider: "openai", calls: 1))])
  }

  @Test("What the process before had told ends in its time too, though its counters began anew")
  func resumed() {
    var watch = TrafficWatch()
    watch.resume([.provider(.unpriced, "openai"), .provider(.upstreamFailing, "openai")], now: .start)
    #expect(watch.note([traffic()], now: .at(5)).isEmpty)
    #expect(watch.note([traffic()], now: .at(600)) == [.ends(.provider(.upstreamFailing, "openai"))])
    #expect(watch.note([traffic()], now: .at(3600)) == [.ends(.provider(.unpriced, "openai"))])
  }
}
