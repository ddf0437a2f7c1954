import Dialects
import Metering
import Testing

@testable import Runs

/// Random agents against the truth of which run each call is: sub-agents at once, retries, branches, the same words.
@Suite struct RandomConversationTests {
  /// One run, as its agent goes on.
  private struct Agent {
    var run: String?
    var talk: Talk
    var caller: RunCaller
    /// What its client sends next: after a failure the same again.
    var waiting: LinkedCall?
    /// An earlier state of the conversation from which it may branch.
    var earlier: Talk?
    var number: Int
    var turns = 0
  }

  @Test("Every call finds its run, of many agents at once", arguments: [UInt64](1...12))
  func agents(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var desk = Desk()
    var agents = (0..<12).map { number in
      // Some say the same words under another name, the others say other words.
      let isTwin = number % 3 == 0
      return Agent(
        talk: Talk(.system("s"), .user(isTwin ? "the same" : "task \(number)")),
        caller: RunCaller(
          workflow: isTwin ? "twin \(number)" : "default", agent: number % 2 == 0 ? "a" : "b", provider: "openai"),
        number: number)
    }
    for step in 0..<600 {
      let place = Int(random.next() % UInt64(agents.count))
      advance(&agents[place], in: &desk, step: step, random: &random, seed: seed)
      let runs = agents.compactMap(\.run)
      #expect(Set(runs).count == runs.count, "no two share a run, seed \(seed)")
    }
    #expect(desk.book.runCount == agents.filter { $0.run != nil }.count)
  }

  private func advance(
    _ agent: inout Agent, in desk: inout Desk, step: Int, random: inout SeededRandom, seed: UInt64
  ) {
    guard let call = agent.waiting else {
      let call = desk.ask(agent.talk, from: agent.caller)
      if let run = agent.run {
        #expect(call.run == run, "agent \(agent.number), turn \(agent.turns), \(call.place.source), seed \(seed)")
      }
      agent.run = call.run
      agent.waiting = call
      return
    }
    agent.waiting = nil
    agent.turns += 1
    switch random.next() % 10 {
    case 0: desk.reply(to: call, failed: true)
    case 1..<5:
      let ids = (0...random.next() % 3).map { "call_\(step)_\($0)" }
      desk.reply(to: call, calls: ids)
      agent.earlier = agent.talk
      agent.talk.messages.append(.calls(ids))
      for id in ids { agent.talk.messages.append(.result("result", of: id)) }
    case 5 where agent.earlier != nil && agent.turns > 3:
      // Goes back, and on from there with other words.
      desk.reply(to: call, "never mind")
      if let earlier = agent.earlier, earlier.messages.count > 3 {
        agent.talk = earlier.then(.user("otherwise, \(step)"))
      }
    default:
      let text = "reply \(agent.number % 4)"
      desk.reply(to: call, text)
      agent.earlier = agent.talk
      agent.talk = agent.talk.then(.assistant(text), .user("go on"))
    }
  }
}
