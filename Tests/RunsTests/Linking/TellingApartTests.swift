import Dialects
import Metering
import Testing

@testable import Runs

/// Agents that say the same words are told apart by whatever differs.
@Suite struct TellingApartTests {
  private let hello = Talk(.system("s"), .user("hello"))

  static let others: [RunCaller] = [
    RunCaller(workflow: "default", agent: "other", provider: "openai"),
    RunCaller(workflow: "other", agent: "agent", provider: "openai"),
    RunCaller(workflow: "default", agent: "agent", provider: "groq"),
    RunCaller(key: "k", workflow: "default", agent: "agent", provider: "openai"),
    RunCaller(workflow: "default", agent: "agent", provider: "openai", address: "10.0.0.7"),
  ]

  @Test("The same words of another agent, workflow, provider, key or address are another run's", arguments: others)
  func callers(_ other: RunCaller) {
    var desk = Desk()
    let mine = desk.turn(hello, "hi")
    let theirs = desk.turn(hello, "hi", from: other)
    let more = hello.then(.assistant("hi"), .user("go on"))
    #expect(theirs.run != mine.run)
    #expect(desk.turn(more, from: other).run == theirs.run)
    #expect(desk.turn(more).run == mine.run)
  }

  @Test("The same tool call ids find each caller's own run", arguments: others)
  func sameIDs(_ other: RunCaller) {
    var desk = Desk()
    let mine = desk.turn(hello, calls: ["call_aB3dE5fG7h"])
    let theirs = desk.turn(hello, calls: ["call_aB3dE5fG7h"], from: other)
    let more = hello.then(.calls(["call_aB3dE5fG7h"]), .result("x", of: "call_aB3dE5fG7h"))
    #expect(desk.turn(more).run == mine.run)
    #expect(desk.turn(more, from: other).run == theirs.run)
  }

  @Test("A conversation that is handed over to another agent stays in its run")
  func handedOver() {
    var desk = Desk()
    let first = desk.turn(hello, calls: ["call_8mQx2LdR5tYv"])
    let other = RunCaller(workflow: "default", agent: "expert", provider: "openai")
    let next = desk.turn(hello.then(.calls(["call_8mQx2LdR5tYv"]), .result("ok", of: "call_8mQx2LdR5tYv")), from: other)
    #expect(next.run == first.run)
  }

  @Test("Another workflow or key never finds a run by ids")
  func scopes() {
    var desk = Desk()
    let first = desk.turn(hello, calls: ["call_aB3dE5fG7h"])
    let more = hello.then(.calls(["call_aB3dE5fG7h"]), .result("x", of: "call_aB3dE5fG7h"))
    for caller in [Self.others[1], Self.others[3]] { #expect(desk.turn(more, from: caller).run != first.run) }
    let named = desk.turn(hello) { $0.name = .init("1") }
    let theirs = desk.turn(hello, from: Self.others[3]) { $0.name = .init("1") }
    #expect(named.slot != theirs.slot)
    #expect(theirs.isNew)
  }

  @Test("Two that began with the same words are told apart by what was replied")
  func replies() {
    var desk = Desk()
    let (one, two) = (desk.ask(hello), desk.ask(hello))
    #expect(one.run != two.run)
    desk.reply(to: one, "first answer")
    desk.reply(to: two, "second answer")
    #expect(desk.turn(hello.then(.assistant("first answer"), .user("x"))).run == one.run)
    #expect(desk.turn(hello.then(.assistant("second answer"), .user("x"))).run == two.run)
    // A branch of the first one, which has gone on already.
    #expect(desk.turn(hello.then(.assistant("first answer"), .user("y"))).run == one.run)
  }

  @Test("Two that had the same reply go on apart")
  func sameReplies() {
    var desk = Desk()
    let (one, two) = (desk.turn(hello, "same"), desk.turn(hello, "same"))
    let next = hello.then(.assistant("same"), .user("x"))
    let (three, four) = (desk.turn(next, "y"), desk.turn(next, "z"))
    #expect(Set([one.run, two.run]) == Set([three.run, four.run]))
    #expect(three.run != four.run)
  }

  @Test("Ids that are used again by each agent find the one that said these words")
  func reusedIDs() {
    var desk = Desk()
    let (a, b) = (Talk(.user("task a")), Talk(.user("task b")))
    let (one, two) = (desk.turn(a, calls: ["call_1"]), desk.turn(b, calls: ["call_1"]))
    #expect(desk.turn(a.then(.calls(["call_1"]), .result("x", of: "call_1"))).run == one.run)
    #expect(desk.turn(b.then(.calls(["call_1"]), .result("x", of: "call_1"))).run == two.run)
  }

  @Test(
    "Ids that a server counts find each of many conversations that are alive", arguments: ["call_0", "functions.f:0"])
  func countedIDs(_ id: String) {
    var desk = Desk()
    let talks = (0..<40).map { Talk(.user("task \($0)")) }
    let firsts = talks.map { desk.turn($0, calls: [id]) }
    #expect(Set(firsts.map(\.run)).count == 40)
    for (talk, first) in zip(talks, firsts) {
      let next = desk.turn(talk.then(.calls([id]), .result("x", of: id)), calls: [id + "1"])
      #expect(next.run == first.run)
    }
  }

  @Test("An id that a server counts takes nobody into a run whose words are others")
  func countedIDOfAnother() {
    var desk = Desk()
    let known = desk.turn(Talk(.user("task a")), calls: ["call_0"])
    // Its beginning was not seen, or was made shorter.
    let unseen = Talk(.user("task b"), .calls(["call_0"]), .result("x", of: "call_0"))
    #expect(desk.turn(unseen).run != known.run)
    let agent = RunCaller(workflow: "default", agent: "other", provider: "openai")
    #expect(desk.turn(unseen, from: agent).run != known.run)
    // A random one is enough.
    let random = desk.turn(Talk(.user("task c")), calls: ["call_8mQx2LdR5tYv"])
    let shortened = Talk(
      .user("in short"), .calls(["call_8mQx2LdR5tYv"]), .result("x", of: "call_8mQx2LdR5tYv"))
    #expect(desk.turn(shortened).run == random.run)
  }

  @Test("Equal requests that fail together are tried again in the runs that they came from", arguments: [true, false])
  func failedTogether(_ isSaid: Bool) {
    var desk = Desk()
    let firsts = (0..<8).map { _ in desk.ask(hello) }
    for first in firsts { desk.reply(to: first, failed: true) }
    var calls: [String: Int] = [:]
    for _ in firsts {
      let retry = desk.ask(hello) { $0.isSaidRetry = isSaid }
      #expect(retry.place.isRetry)
      calls[retry.run, default: 0] += 1
    }
    #expect(calls == Dictionary(uniqueKeysWithValues: firsts.map { ($0.run, 1) }))
  }

  @Test("Words of the user alone do not link to other instructions")
  func instructions() {
    var desk = Desk()
    let first = desk.turn(Talk(.system("you are a poet"), .user("begin")))
    let other = desk.turn(Talk(.system("you are a judge"), .user("begin"), .assistant("so be it"), .user("go on")))
    #expect(other.run != first.run)
    // What was told is found with other instructions too: clients write the time into them.
    let known = desk.turn(Talk(.system("noon"), .user("a"), .assistant("b"), .user("c")), "d")
    let later = desk.turn(
      Talk(.system("one"), .user("a"), .assistant("b"), .user("c"), .assistant("d"), .user("e")))
    #expect(later.run == known.run)
  }

  @Test("A request that answers tool calls does not go on from a reply that issued none of them")
  func foreignCalls() {
    var desk = Desk()
    let first = desk.turn(hello, "no tools here")
    let other = desk.turn(hello.then(.calls(["call_9"]), .result("x", of: "call_9")))
    #expect(other.run != first.run)
  }

  @Test("Nodes of a session that say the same words keep their own place")
  func nodes() {
    var desk = Desk()
    let one = desk.turn(hello, "hi") { $0.node = "a" }
    let two = desk.turn(hello, "hi") { $0.node = "b" }
    #expect(one.run != two.run)
    #expect(desk.turn(hello.then(.assistant("hi"), .user("x"))) { $0.node = "a" }.run == one.run)
  }
}
