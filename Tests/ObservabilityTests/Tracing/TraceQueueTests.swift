import Metering
import Testing

@testable import Observability

@Suite("What waits to be exported")
struct TraceQueueTests {
  private func call(_ number: Int64, agent: String = "a", caller: TraceContext? = nil) -> TracedCall {
    TracedCall(
      id: CallID(rawValue: number), place: TracePlace(caller: caller), operation: .chat, provider: "openai",
      serverAddress: "api.openai.com", serverPort: 443, agent: agent, workflow: "w",
      startedAt: Timestamp(unixMicroseconds: 0), outcome: .ok)
  }

  private func numbers(_ items: [TraceItem]) -> [Int64] {
    items.compactMap { if case .call(let call) = $0 { call.id.rawValue } else { nil } }
  }

  @Test("Batches are taken oldest first: full ones at any time, the last one when it is due")
  func batches() {
    let queue = TraceQueue()
    for number in 0..<1_000 { #expect(queue.put(.call(call(Int64(number)))) == 0) }
    #expect(numbers(queue.take(isDue: false)) == Array(0..<512))
    #expect(queue.take(isDue: false).isEmpty)
    #expect(numbers(queue.take(isDue: true)) == Array(512..<1_000))
    #expect(queue.take(isDue: true).isEmpty)
    #expect(queue.count == 0)
  }

  @Test("When there are too many, the oldest batch makes room")
  func tooMany() {
    let queue = TraceQueue()
    var dropped = 0
    for number in 0..<(TraceQueue.spansMax + 1) { dropped += queue.put(.call(call(Int64(number)))) }
    #expect(dropped == TraceQueue.batchSpansMax)
    #expect(queue.count == TraceQueue.spansMax + 1 - dropped)
    #expect(numbers(queue.take(isDue: false)).first == Int64(dropped))
  }

  @Test("When there are too many bytes, too, and one item that is too large alone is dropped as well")
  func tooLarge() {
    let queue = TraceQueue()
    let agent = String(repeating: "x", count: 1 << 20)
    var dropped = 0
    for number in 0..<17 { dropped += queue.put(.call(call(Int64(number), agent: agent))) }
    #expect(dropped == 16 || dropped == 17)
    #expect(queue.put(.call(call(1, agent: String(repeating: "x", count: TraceQueue.bytesMax)))) >= 1)
    #expect(queue.count == 0)
    #expect(queue.put(.call(call(2))) == 0)
    #expect(queue.count == 1)
  }

  @Test("A recorder keeps what is sampled, says where its span is, and counts what was dropped")
  func recorder() throws {
    let registry = MetricsRegistry()
    let queue = TraceQueue()
    let recorder = TraceRecorder(
      queue: queue, sampling: TraceSampling(share: 0), metrics: TraceMetrics(registry: registry))
    let caller = try #require(TraceContext(traceParent: "00-12345678901234567890123456789012-1234567890123456-01"))
    #expect(recorder.record(call(1)) == nil)
    let link = try #require(recorder.record(call(2, caller: caller)))
    #expect(link == SpanLink(traceID: caller.traceID, spanID: SpanID(ofCall: 2)))
    let items = queue.take(isDue: true)
    #expect(numbers(items) == [2])
    #expect(items.first?.span.spanID == link.spanID)
    for number in 0...TraceQueue.spansMax { recorder.record(call(Int64(number), caller: caller)) }
    let text = String(decoding: registry.expose(.prometheusText), as: UTF8.self)
    #expect(text.contains("tollgate_traces_dropped_total{reason=\"queue_full\"} 512\n"))
    #expect(text.contains("tollgate_traces_dropped_total{reason=\"refused\"} 0\n"))
    #expect(text.contains("tollgate_traces_exported_total 0\n"))
  }

  @Test("A request stops where it is full")
  func full() {
    var request = TraceExportRequest(resource: TraceResource(version: "1"))
    var span = call(1).span
    span.attributes[.conversationID] = .texts(Array(repeating: String(repeating: "x", count: 1_000), count: 100))
    var added = 0
    while !request.isFull {
      request.add(span)
      added += 1
    }
    #expect(request.count == added)
    #expect((2_000_000..<2_400_000).contains(request.finish().count))
  }

  @Test("Delays double, are shortened at random, give way to retry-after, and end")
  func backoff() {
    var random = SystemRandomNumberGenerator()
    var backoff = ExportBackoff()
    for expected: Int64 in [1_000, 2_000, 4_000, 8_000, 16_000] {
      let delay = backoff.failed(retryAfterSeconds: nil, using: &random) ?? 0
      #expect((expected / 2...expected).contains(delay))
    }
    #expect(backoff.failed(retryAfterSeconds: nil, using: &random) == nil)
    backoff = ExportBackoff()
    #expect(backoff.failed(retryAfterSeconds: 7, using: &random) == 7_000)
    #expect(backoff.failed(retryAfterSeconds: 1 << 60, using: &random) == 60_000)
    #expect(backoff.failed(retryAfterSeconds: -1, using: &random) == 0)
  }
}
