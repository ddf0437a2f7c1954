import Dialects
import Metering
import Testing

@testable import Runs

/// Runs end when nothing was heard of them, when someone says so, and when there are too many.
@Suite struct RunEndTests {
  private let hello = Talk(.user("hello"))

  @Test("A run ends once it has been idle, and is told once")
  func idle() {
    var desk = Desk()
    let call = desk.turn(hello, calls: ["call_1"])
    desk.pass(seconds: 29 * 60)
    #expect(desk.book.expire(at: desk.now, max: 10).isEmpty)
    desk.pass(seconds: 60)
    let ended = desk.book.expire(at: desk.now, max: 10)
    #expect(ended.map(\.run) == [call.run])
    #expect(ended.first?.reason == .idle)
    #expect(ended.first?.calls == 1)
    #expect(ended.first?.slot == call.slot)
    #expect(desk.book.expire(at: desk.now, max: 10).isEmpty)
    let late = desk.turn(hello.then(.calls(["call_1"]), .result("x", of: "call_1")))
    #expect(late.run != call.run)
    #expect(late.isNew)
  }

  @Test("A run whose call still waits for its reply goes on")
  func waiting() {
    var desk = Desk()
    let call = desk.ask(hello)
    desk.pass(seconds: 3600)
    #expect(desk.book.expire(at: desk.now, max: 10).isEmpty)
    desk.reply(to: call, "hi")
    #expect(desk.turn(hello.then(.assistant("hi"), .user("x"))).run == call.run)
  }

  @Test("A run ends when its caller says so, and only by its caller")
  func explicit() {
    var desk = Desk()
    let call = desk.turn(hello) { $0.name = .init("mine") }
    let other = RunCaller(key: "k", workflow: "default", agent: "agent", provider: "openai")
    #expect(desk.book.end("mine", of: other) == nil)
    #expect(desk.book.end("mine", of: Desk.caller)?.reason == .ended)
    #expect(desk.book.end("mine", of: Desk.caller) == nil)
    let again = desk.turn(hello) { $0.name = .init("mine") }
    #expect(again.isNew)
    #expect(again.slot != call.slot)
    // The end of a call of a run that has ended changes nothing.
    desk.reply(to: call, calls: ["call_aB3dE5fG7h"])
    #expect(desk.turn(Talk(.calls(["call_aB3dE5fG7h"]), .result("x", of: "call_aB3dE5fG7h"))).isNew)
  }

  @Test("Of too many runs the one that has been idle longest makes room, and is told")
  func displaced() {
    var desk = Desk(limits: RunLimits(runsMax: 2))
    let one = desk.turn(hello) { $0.name = .init("one") }
    _ = desk.turn(hello) { $0.name = .init("two") }
    _ = desk.turn(hello) { $0.name = .init("one") }
    _ = desk.turn(hello) { $0.name = .init("three") }
    #expect(desk.book.runCount == 2)
    let ended = desk.book.expire(at: desk.now, max: 10)
    #expect(ended.map(\.run) == ["two"])
    #expect(ended.first?.reason == .displaced)
    #expect(desk.turn(hello) { $0.name = .init("one") }.slot == one.slot)
  }
}
