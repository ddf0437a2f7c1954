import Dialects
import Metering
import Testing

@testable import Runs

/// The rules by which a call finds its run, in their order.
@Suite struct LinkingRuleTests {
  private let hello = Talk(.user("hello"))

  @Test("A call that nothing links begins a run, which has an id")
  func new() {
    var desk = Desk()
    let call = desk.turn(hello)
    #expect(call.isNew)
    #expect(call.place == RunPlace(source: .new))
    #expect(call.run.hasPrefix("r-"))
    #expect(desk.turn(nil).run != call.run)
  }

  @Test("A run that is named is that run, whatever else would link the call")
  func explicit() {
    var desk = Desk()
    let first = desk.turn(hello, "hi", calls: ["call_1"]) { $0.name = .init("mine") }
    #expect(first.run == "mine")
    #expect(first.isNew)
    #expect(first.place.source == .explicit)
    let other = desk.turn(hello.then(.calls(["call_1"]), .result("x", of: "call_1"))) { $0.name = .init("other") }
    #expect(other.run == "other")
    let again = desk.turn(Talk(.user("something else"))) { $0.name = .init("mine") }
    #expect(again.slot == first.slot)
    #expect(!again.isNew)
  }

  @Test("What a named run said is found without its name")
  func namedFoundByIDs() {
    var desk = Desk()
    let first = desk.turn(hello, calls: ["call_1"]) { $0.name = .init("mine") }
    let next = desk.turn(hello.then(.calls(["call_1"]), .result("x", of: "call_1")))
    #expect(next.run == "mine")
    #expect(next.slot == first.slot)
    #expect(next.place.source == .toolCall)
  }

  @Test("A client's session is its run, its agents are nodes with their depth")
  func session() {
    var desk = Desk()
    func ask(_ node: String?, _ parent: String?) -> LinkedCall {
      desk.turn(hello) {
        $0.name = .init("session", isSession: true)
        $0.node = node
        $0.parentNode = parent
      }
    }
    #expect(ask(nil, nil).place == RunPlace(source: .session))
    #expect(ask("a", nil).place.depth == 0)
    #expect(ask("b", "a").place.depth == 1)
    #expect(ask("c", "b").place.depth == 2)
    let known = ask("c", nil)
    #expect(known.place.depth == 2)
    #expect(known.place.node == "c")
    #expect(ask("orphan", "unknown").place.depth == 1)
    #expect(desk.book.runCount == 1)
  }

  @Test("A call that answers a tool call belongs to the run that issued it")
  func toolCall() {
    var desk = Desk()
    let first = desk.turn(hello, calls: ["call_aB3dE5fG7h", "call_iJ9kL1mN3p"])
    // Only the results are left: the rest was made shorter.
    let next = desk.turn(Talk(.user("in short"), .calls(["call_iJ9kL1mN3p"]), .result("x", of: "call_iJ9kL1mN3p")))
    #expect(next.run == first.run)
    #expect(next.place.source == .toolCall)
  }

  @Test("A call that follows a response, or a conversation of the provider's, belongs to its run")
  func response() {
    var desk = Desk()
    let first = desk.ask(hello)
    desk.reply(to: first, response: "resp_1")
    let next = desk.turn(nil) {
      $0.conversation = ConversationFacts()
      $0.conversation?.previousResponse = fingerprints.fingerprint(of: "resp_1")
    }
    #expect(next.run == first.run)
    #expect(next.place.source == .response)
    func inConversation() -> LinkedCall {
      desk.turn(nil) {
        $0.conversation = ConversationFacts()
        $0.conversation?.conversation = fingerprints.fingerprint(of: "conv_1")
      }
    }
    let one = inConversation()
    let two = inConversation()
    #expect(one.isNew)
    #expect(two.run == one.run)
    #expect(two.place.source == .response)
  }

  @Test("A call that fetches a response belongs to the run that issued it, and begins none")
  func fetches() throws {
    var desk = Desk()
    let first = desk.ask(hello)
    desk.reply(to: first, response: "resp_1")
    func fetch(_ response: String, from caller: RunCaller = Desk.caller) -> LinkedCall? {
      var facts = ConversationFacts()
      facts.previousResponse = fingerprints.fingerprint(of: response)
      let request = LinkRequest(caller: caller, conversation: facts)
      return desk.book.linkKnown(LinkQuery(request, by: fingerprints, at: desk.now))
    }
    let linked = try #require(fetch("resp_1"))
    #expect(linked.slot == first.slot)
    #expect(linked.place.source == .response)
    #expect(!linked.isNew)
    // What it brings links what follows.
    desk.reply(to: linked, calls: ["call_aB3dE5fG7h"], response: "resp_1")
    let next = desk.turn(Talk(.result("x", of: "call_aB3dE5fG7h")))
    #expect(next.slot == first.slot)
    #expect(fetch("resp_2") == nil)
    #expect(fetch("resp_1", from: RunCaller(key: "k", workflow: "default", agent: "agent", provider: "openai")) == nil)
    #expect(desk.book.runCount == 1)
  }

  @Test("A call that begins with what was said before belongs to that run")
  func messages() {
    var desk = Desk()
    let first = desk.turn(hello, "hi")
    let second = desk.turn(hello.then(.assistant("hi"), .user("and now?")), "wait")
    #expect(second.run == first.run)
    #expect(second.place.source == .messages)
    let third = desk.turn(
      hello.then(
        .assistant("hi"), .user("and now?"), .assistant("wait"), .user("done?"), .assistant("yes"), .user("so")))
    #expect(third.run == first.run)
  }

  @Test("A trace links what nothing else does, and comes last")
  func trace() {
    var desk = Desk()
    let first = desk.turn(hello, "hi", calls: ["call_1"]) { $0.traceID = "t1" }
    let other = desk.turn(Talk(.user("another matter"))) { $0.traceID = "t1" }
    #expect(other.run == first.run)
    #expect(other.place.source == .trace)
    let stranger = desk.turn(Talk(.user("third"))) { $0.traceID = "t2" }
    #expect(stranger.isNew)
    let answer = desk.turn(hello.then(.calls(["call_1"]), .result("x", of: "call_1"))) { $0.traceID = "t2" }
    #expect(answer.run == first.run)
  }

  @Test("A run is started by the one that its caller names, or whose trace it is in")
  func parents() {
    var desk = Desk()
    _ = desk.turn(hello) { $0.name = .init("top") }
    let child = desk.turn(hello) {
      $0.name = .init("child")
      $0.parentRun = "top"
    }
    #expect(child.place.parentRun == "top")
    #expect(child.place.depth == 1)
    let grandchild = desk.turn(hello) {
      $0.name = .init("grandchild")
      $0.parentRun = "child"
      $0.traceID = "t"
    }
    #expect(grandchild.place.depth == 2)
    let traced = desk.turn(hello) {
      $0.name = .init("traced")
      $0.traceID = "t"
    }
    #expect(traced.place.parentRun == "grandchild")
    #expect(traced.place.depth == 3)
    let unknown = desk.turn(hello) { $0.parentRun = "elsewhere" }
    #expect(unknown.place.parentRun == "elsewhere")
    #expect(unknown.place.depth == 1)
  }

  @Test("The same request after a failure is its retry; after a success it is another run")
  func retries() {
    var desk = Desk()
    let failed = desk.turn(hello, failed: true)
    let retry = desk.turn(hello, "hi")
    #expect(retry.run == failed.run)
    #expect(retry.place.isRetry)
    let another = desk.turn(hello, "hi")
    #expect(!another.place.isRetry)
    #expect(another.run != failed.run)
  }

  @Test("The same request while the first waits is another agent's, unless the client says that it tries again")
  func retriesInFlight() {
    var desk = Desk()
    let first = desk.ask(hello)
    let twin = desk.ask(hello)
    #expect(twin.run != first.run)
    #expect(!twin.place.isRetry)
    let retry = desk.ask(hello) { $0.isSaidRetry = true }
    #expect(retry.place.isRetry)
    #expect([first.run, twin.run].contains(retry.run))
  }

  @Test("A failure that is long past has no retries")
  func lateRetries() {
    var desk = Desk()
    let failed = desk.turn(hello, failed: true)
    desk.pass(seconds: 700)
    let late = desk.turn(hello)
    #expect(late.run != failed.run)
    #expect(!late.place.isRetry)
  }
}
