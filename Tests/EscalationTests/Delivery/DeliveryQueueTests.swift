import Ledger
import Metering
import Testing

@testable import Escalation

@Suite("Delivery")
struct DeliveryQueueTests {
  private func queue(_ messages: [OutboxMessage]) -> DeliveryQueue {
    var queue = DeliveryQueue(seed: (5, 6))
    for message in messages { #expect(queue.add(message, now: message.createdAt).isEmpty) }
    return queue
  }

  /// Sends what is due until nothing is, and gives each attempt's time and message.
  private func run(
    _ queue: inout DeliveryQueue, until end: Timestamp,
    answer: (OutboxMessage, Timestamp) -> DeliveryOutcome
  ) -> [(at: Timestamp, id: String, state: MessageState)] {
    var attempts: [(at: Timestamp, id: String, state: MessageState)] = []
    while let due = queue.nextDue, due <= end {
      let now = max(due, attempts.last?.at ?? due)
      let started = queue.start(now: now) { _ in true }
      guard !started.isEmpty else { break }
      for message in started {
        let result = queue.finish(message.id, of: message.receiver, answer(message, now), now: now)
        attempts.append((now, message.id, result?.message.state ?? .waiting))
      }
    }
    return attempts
  }

  @Test("A message that nobody takes is sent ten times by the schedule, with at most a tenth more, then given up")
  func schedule() {
    var queue = queue([.sample(1)])
    let attempts = run(&queue, until: .at(1_000_000)) { _, _ in .noAnswer("refused") }
    #expect(attempts.count == 10)
    let waits = zip(attempts, attempts.dropFirst()).map {
      ($1.at.unixMicroseconds - $0.at.unixMicroseconds) / 1_000_000
    }
    let promised: [Int64] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    for (wait, promise) in zip(waits, promised) { #expect((promise...promise + promise / 10 + 1).contains(wait)) }
    #expect(attempts.map(\.state) == Array(repeating: .waiting, count: 9) + [.dropped])
    #expect(queue.count == 0 && queue.bytes == 0)
  }

  @Test(
    "A receiver that is down for an hour gets each alert exactly once, its beginning first, as soon as it takes any")
  func downForAnHour() {
    // An alert every ten minutes from before the hour until after it; its end comes a minute after each.
    var queue = DeliveryQueue(seed: (8, 9))
    var arrivals: [OutboxMessage] = []
    for number: Int64 in 0..<9 {
      let time = Timestamp.at(number * 600 - 600)
      arrivals.append(.sample(number * 2, alert: "alt_\(number)", at: time))
      arrivals.append(.sample(number * 2 + 1, alert: "alt_\(number)", at: time + 60_000_000))
    }
    var delivered: [(id: String, at: Timestamp)] = []
    var attemptsWhileDown = 0
    for second: Int64 in -600...8000 {
      let now = Timestamp.at(second)
      while let next = arrivals.first, next.createdAt <= now { _ = queue.add(arrivals.removeFirst(), now: now) }
      for message in queue.start(now: now, isSendable: { _ in true }) {
        let isDown = (0..<3600).contains(second)
        if isDown { attemptsWhileDown += 1 }
        _ = queue.finish(message.id, of: "ops", isDown ? .noAnswer("down") : .delivered(status: 204), now: now)
        if !isDown { delivered.append((message.id, now)) }
      }
    }
    #expect(delivered.map(\.id).sorted() == (0..<18).map { "msg_\($0)" }.sorted())
    for number in 0..<9 {
      let order = delivered.map(\.id).filter { $0 == "msg_\(number * 2)" || $0 == "msg_\(number * 2 + 1)" }
      #expect(order == ["msg_\(number * 2)", "msg_\(number * 2 + 1)"])
    }
    #expect(delivered.prefix(2).allSatisfy { $0.at < .start })
    #expect(delivered.dropFirst(2).allSatisfy { $0.at >= .at(3600) })
    // The newest of the alerts that waited was due every five minutes at most, and took the others with it.
    #expect(delivered.dropFirst(2).prefix(10).allSatisfy { $0.at <= .at(3600 + 331) })
    #expect(attemptsWhileDown < 40)
    #expect(queue.count == 0)
  }

  @Test("A message of an alert is never sent before the older ones of that alert; those of others are")
  func order() {
    var queue = queue([.sample(1, alert: "a"), .sample(2, alert: "a"), .sample(3, alert: "b")])
    #expect(queue.start(now: .start) { _ in true }.map(\.id) == ["msg_1"])
    #expect(queue.start(now: .start) { _ in true }.isEmpty, "one at a time")
    _ = queue.finish("msg_1", of: "ops", .rejected(status: 400), now: .start)
    #expect(queue.start(now: .start) { _ in true }.map(\.id) == ["msg_3"])
    _ = queue.finish("msg_3", of: "ops", .delivered(status: 200), now: .start)
    #expect(queue.start(now: .at(4)) { _ in true }.isEmpty, "what the receiver refused is not sent earlier")
    #expect(queue.start(now: .at(6)) { _ in true }.map(\.id) == ["msg_1"])
  }

  @Test("Receivers do not wait for each other")
  func receivers() {
    var queue = queue([.sample(1), .sample(2, receiver: "slow"), .sample(3)])
    #expect(queue.start(now: .start) { _ in true }.map(\.id) == ["msg_1", "msg_2"])
    _ = queue.finish("msg_1", of: "ops", .delivered(status: 200), now: .start)
    #expect(queue.start(now: .start) { _ in true }.map(\.id) == ["msg_3"])
    #expect(queue.start(now: .start) { $0.receiver != "ops" }.isEmpty)
  }

  @Test("retry-after stops everything to the receiver until then, and takes no attempt")
  func retryAfter() {
    var queue = queue([.sample(1), .sample(2)])
    var sent: [(Timestamp, String)] = []
    for round: Int64 in 0..<30 {
      let now = Timestamp.at(round * 30)
      for message in queue.start(now: now, isSendable: { _ in true }) {
        sent.append((now, message.id))
        _ = queue.finish(message.id, of: "ops", .unavailable(status: 429, retryAfterSeconds: 60), now: now)
      }
    }
    #expect(sent.map(\.0) == (0..<15).map { .at($0 * 60) })
    #expect(queue.count == 2, "neither is given up")
    #expect(queue.nextDue == .at(14 * 60 + 60))
  }

  @Test(
    "A receiver that asks for a second, again and again, is sent nothing each second: 100 times, then by the schedule")
  func shortRetryAfter() {
    var queue = queue([.sample(1)])
    let attempts = run(&queue, until: .at(10_000_000)) { _, _ in .unavailable(status: 429, retryAfterSeconds: 1) }
    #expect(attempts.prefix(101).map(\.at) == (0...100).map { .at($0 * 5) })
    #expect(attempts.count == 100 + 10 && attempts.last?.state == .dropped)
  }

  @Test("retry-after: 0 asks for no time: the message is sent by the schedule")
  func noRetryAfter() {
    var queue = queue([.sample(1)])
    let attempts = run(&queue, until: .at(10_000_000)) { _, now in
      DeliveryOutcome(status: 429, retryAfter: "0", now: now)
    }
    #expect(attempts.count == 10 && attempts.last?.state == .dropped)
  }

  @Test("410 ends it for the receiver, until somebody asks for it again")
  func gone() {
    var queue = queue([.sample(1), .sample(2), .sample(3, receiver: "other")])
    #expect(queue.start(now: .start) { _ in true }.count == 2)
    #expect(queue.finish("msg_1", of: "ops", .gone, now: .start)?.receiverNews == .failing)
    #expect(queue.isGone("ops"))
    #expect(queue.start(now: .at(90_000)) { $0.receiver == "ops" }.isEmpty)
    #expect(queue.hurry("ops", now: .at(90_000)) == 2)
    #expect(queue.start(now: .at(90_000)) { _ in true }.map(\.id) == ["msg_1"])
    #expect(queue.finish("msg_1", of: "ops", .delivered(status: 200), now: .at(90_000))?.receiverNews == .recovered)
  }

  @Test("What cannot be sent is given up after a day more than the schedule takes, so that nothing waits for ever")
  func expiry() {
    var queue = queue([.sample(1), .sample(2, receiver: "removed"), .sample(3, receiver: "wants none")])
    _ = queue.start(now: .start) { $0.receiver == "wants none" }
    _ = queue.finish("msg_3", of: "wants none", .gone, now: .start)
    let end = Timestamp.at(DeliverySchedule.ageSecondsMax)
    func isSendable(_ message: OutboxMessage) -> Bool { message.receiver != "removed" }
    #expect(queue.expire(now: .at(DeliverySchedule.ageSecondsMax - 1), isSendable: isSendable).isEmpty)
    let dropped = queue.expire(now: end, isSendable: isSendable)
    #expect(Set(dropped.map(\.id)) == ["msg_2", "msg_3"] && dropped.allSatisfy { $0.state == .dropped })
    #expect(queue.count == 1 && queue.expire(now: end, isSendable: isSendable).isEmpty)
    #expect(queue.start(now: end, isSendable: isSendable).map(\.id) == ["msg_1"], "what can be sent has its attempt")
  }

  @Test("A receiver is said to fail after three attempts in a row, once, and to work again after one")
  func news() {
    var queue = queue([.sample(1)])
    var news: [DeliveryQueue.ReceiverNews?] = []
    for round: Int64 in 1...5 {
      let now = Timestamp.at(round * 10_000)
      _ = queue.hurry("ops", now: now)
      #expect(queue.start(now: now) { _ in true }.count == 1)
      let outcome = round == 5 ? DeliveryOutcome.delivered(status: 202) : .noAnswer("x")
      news.append(queue.finish("msg_1", of: "ops", outcome, now: now)?.receiverNews)
    }
    #expect(news == [nil, nil, .failing, nil, .recovered])
  }

  @Test("Messages that wait are bounded in number and bytes: the oldest that is not under way goes")
  func bounded() {
    var queue = DeliveryQueue(seed: (1, 1))
    var dropped: [String] = []
    for number: Int64 in 0...Int64(DeliveryQueue.messagesMax) {
      if number == 1 { #expect(queue.start(now: .start) { _ in true }.map(\.id) == ["msg_0"]) }
      dropped += queue.add(.sample(number), now: .start).map(\.id)
    }
    #expect(dropped == ["msg_1"] && queue.count == DeliveryQueue.messagesMax)
    let large = queue.add(.sample(9999, body: String(repeating: "x", count: DeliveryQueue.bytesMax - 2)), now: .start)
    #expect(large.count == DeliveryQueue.messagesMax - 1 && large.allSatisfy { $0.state == .dropped })
    #expect(queue.bytes <= DeliveryQueue.bytesMax)
    #expect(queue.add(.sample(9999), now: .start).isEmpty && queue.count == 2, "the same message twice is one")
  }

  @Test(
    "What a status means",
    arguments: [
      (200, nil, DeliveryOutcome.delivered(status: 200)), (204, nil, .delivered(status: 204)),
      (301, nil, .rejected(status: 301)), (400, nil, .rejected(status: 400)), (410, nil, .gone),
      (429, "7", .unavailable(status: 429, retryAfterSeconds: 7)),
      (503, "-1", .unavailable(status: 503, retryAfterSeconds: nil)),
      (429, "0", .unavailable(status: 429, retryAfterSeconds: nil)),
      (500, "Mon, 23 Nov 2026 05:06:37 GMT", .unavailable(status: 500, retryAfterSeconds: 30)),
    ] as [(Int, String?, DeliveryOutcome)])
  func statuses(status: Int, retryAfter: String?, outcome: DeliveryOutcome) {
    #expect(DeliveryOutcome(status: status, retryAfter: retryAfter, now: .start) == outcome)
  }
}
