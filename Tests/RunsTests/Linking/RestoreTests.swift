import Budgets
import Dialects
import Metering
import Testing

@testable import Runs

/// A restart goes on where it was.
@Suite struct RestoreTests {
  private let hello = Talk(.user("hello"))

  private func restored(_ batches: [[UInt8]], _ desk: Desk) -> Desk {
    var copy = Desk()
    copy.now = desk.now
    copy.random = desk.random
    #expect(copy.book.restore(batches) == 0)
    return copy
  }

  @Test("Runs are found after a restart as before, from batches or from a snapshot")
  func goesOn() {
    var desk = Desk()
    var batches: [[UInt8]] = []
    let one = desk.turn(hello, calls: ["call_1"])
    batches.append(desk.book.takeChanges())
    let two = desk.turn(Talk(.user("other")), "hi") { $0.traceID = "t" }
    let three = desk.turn(hello) {
      $0.name = .init("child")
      $0.parentRun = "top"
    }
    batches.append(desk.book.takeChanges())
    let open = desk.ask(Talk(.user("waiting")))
    batches.append(desk.book.takeChanges())
    #expect(desk.book.takeChanges().isEmpty)
    for kept in [batches, [desk.book.snapshot()]] {
      var later = restored(kept, desk)
      #expect(later.book.runCount == 4)
      let answer = later.turn(hello.then(.calls(["call_1"]), .result("x", of: "call_1")))
      #expect(answer.run == one.run)
      #expect(answer.place.source == .toolCall)
      #expect(later.turn(Talk(.user("other"), .assistant("hi"), .user("more"))).run == two.run)
      #expect(later.turn(nil) { $0.traceID = "t" }.run == two.run)
      let named = later.turn(nil) { $0.name = .init("child") }
      #expect(!named.isNew)
      #expect(named.run == three.run)
      #expect(named.place.parentRun == "top")
      #expect(named.place.depth == 1)
      // What waited at the end failed with it.
      let retry = later.turn(Talk(.user("waiting")))
      #expect(retry.run == open.run)
      #expect(retry.place.isRetry)
    }
  }

  @Test("What changes while a batch is made is in the next one", arguments: [true, false])
  func slices(isOfAll: Bool) {
    var desk = Desk()
    for number in 0..<20 {
      _ = desk.turn(Talk(.user("\(number)")), calls: ["call_aB3dE5fG\(number)"]) { $0.name = .init("r\(number)") }
    }
    var turns = 20
    let first = desk.book.batch(ofAll: isOfAll) { book in
      let time = Timestamp(unixMicroseconds: 1_000_000 * Int64(turns))
      let request = LinkRequest(
        caller: Desk.caller, name: .init("r\(turns)"), conversation: Talk(.user("\(turns)")).facts)
      let call = book.link(LinkQuery(request, by: fingerprints, at: time), random: UInt64(turns))
      let reply = LinkReply(toolCalls: [fingerprints.fingerprint(of: "call_aB3dE5fG\(turns)")])
      book.record(reply, of: call, at: time)
      _ = book.end("r\(turns - 20)")
      turns += 1
    }
    #expect(first.isAll == isOfAll)
    #expect(turns > 30)
    let later = restored([first.bytes, desk.book.takeChanges()], desk)
    #expect(later.book.runCount == 20)
    #expect(desk.book.runCount == 20)
    var book = later.book
    for number in turns - 20..<turns {
      let results = Talk(.user("x")).then(
        .calls(["call_aB3dE5fG\(number)"]), .result("y", of: "call_aB3dE5fG\(number)"))
      let request = LinkRequest(caller: Desk.caller, conversation: results.facts)
      let call = book.link(LinkQuery(request, by: fingerprints, at: desk.now), random: 1)
      #expect(call.run == "r\(number)" && call.place.source == .toolCall)
    }
  }

  @Test("Where there were more changes than are kept, the next batch is one of all")
  func manyChanges() {
    var desk = Desk()
    desk.book = RunBook(key: fingerprints, limits: RunLimits(changesMax: 8))
    _ = desk.turn(hello)
    #expect(!desk.book.batch(ofAll: false).isAll)
    for number in 0..<20 { _ = desk.turn(Talk(.user("\(number)"))) { $0.name = .init("r\(number)") } }
    let batch = desk.book.batch(ofAll: false)
    #expect(batch.isAll)
    #expect(restored([batch.bytes], desk).book.runCount == 21)
    #expect(!desk.book.batch(ofAll: false).isAll)
  }

  @Test("An agent of a run stands as deep after a restart as before")
  func depths() {
    var desk = Desk()
    func ask(_ desk: inout Desk, _ node: String?, below parent: String?) -> Int {
      desk.turn(hello) {
        $0.name = .init("mine")
        $0.node = node
        $0.parentNode = parent
      }.place.depth
    }
    // Its place is another one afterwards.
    _ = desk.turn(nil) { $0.name = .init("other") }
    #expect(ask(&desk, "a", below: "top") == 1)
    #expect(ask(&desk, "b", below: "a") == 2)
    _ = desk.book.end("other")
    var later = restored([desk.book.snapshot()], desk)
    #expect(ask(&later, "b", below: "a") == 2)
    #expect(ask(&later, "c", below: "b") == 3)
  }

  @Test("A run is not its own parent")
  func ownParent() {
    var desk = Desk()
    let call = desk.turn(hello) {
      $0.name = .init("mine")
      $0.parentRun = "mine"
    }
    #expect(call.place.parentRun == nil && call.place.depth == 0)
  }

  @Test("Runs that ended are not restored, nor what was idle for too long")
  func ended() {
    var desk = Desk()
    _ = desk.turn(hello) { $0.name = .init("mine") }
    let batch = desk.book.takeChanges()
    _ = desk.book.end("mine", of: Desk.caller)
    let end = desk.book.takeChanges()
    #expect(restored([batch, end], desk).book.runCount == 0)
    var later = restored([batch], desk)
    later.pass(seconds: 3600)
    #expect(later.book.expire(at: later.now, max: 10).map(\.run) == ["mine"])
  }

  @Test(
    "Batches that are damaged, cut or of another version never trap, and are counted", arguments: [UInt64(1), 2, 3, 4])
  func damaged(_ seed: UInt64) {
    var desk = Desk()
    for number in 0..<5 { _ = desk.turn(Talk(.user("\(number)")), calls: ["call_\(number)"]) }
    let batch = desk.book.snapshot()
    for count in 0..<batch.count {
      var book = RunBook(key: fingerprints)
      #expect(book.restore([Array(batch.prefix(count))]) <= 1)
    }
    var random = SeededRandom(seed: seed)
    for _ in 0..<200 {
      var bytes = batch
      for _ in 0..<3 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next()) }
      var book = RunBook(key: fingerprints)
      _ = book.restore([bytes])
      let request = LinkRequest(caller: Desk.caller, conversation: hello.facts)
      _ = book.link(LinkQuery(request, by: fingerprints, at: desk.now), random: 1)
    }
    var book = RunBook(key: fingerprints)
    #expect(book.restore([Array("tgrb9".utf8)]) == 1)
  }

  private func kept(_ name: String, key: String? = Desk.caller.key, lastAt seconds: Int64) -> KeptRun {
    let time = Timestamp(unixMicroseconds: seconds * 1_000_000)
    return KeptRun(
      name, key: key, call: BudgetCall(id: CallID(rawValue: 0), agent: "a", workflow: "w", provider: "p"),
      startedAt: time, lastAt: time)
  }

  @Test(
    "Runs whose links were lost are found by their names again, each under its own key, and end by their last calls")
  func reopened() throws {
    var desk = Desk()
    _ = desk.turn(hello) { $0.name = .init("known") }
    let now = desk.now.unixMicroseconds / 1_000_000
    let slots = desk.book.reopen([
      kept("lost", lastAt: now - 10), kept("lost", key: "another's", lastAt: now - 20),
      kept("known", lastAt: now - 5), kept("idle", lastAt: now - 86_400),
    ])
    #expect(Set(slots).count == 4)
    #expect(desk.book.runCount == 4)
    for (place, name) in [(0, "lost"), (2, "known")] {
      let call = desk.turn(hello) { $0.name = .init(name) }
      #expect(!call.isNew)
      #expect(call.slot == slots[place])
    }
    #expect(desk.book.expire(at: desk.now, max: 9).map(\.run) == ["idle"])
  }
}
