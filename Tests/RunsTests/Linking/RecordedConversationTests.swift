import Dialects
import Metering
import Testing

@testable import Runs

/// Recorded conversations are linked as they went, with nothing but what they say.
@Suite struct RecordedConversationTests {
  /// Calls of a cassette that go on from each other: each has all that an earlier one said, and more. Others of a cassette are
  /// conversations of their own, but for a request that is sent again.
  ///
  /// Those whose first calls were not recorded are left out where another one of the provider began with the same message: nothing
  /// tells which of them goes on.
  private static let conversations: [[RecordedCall]] = {
    var conversations: [[RecordedCall]] = []
    for call in RecordedCall.all where call.request?.boundaries.isEmpty == false {
      let place = conversations.lastIndex { goesOn(call, from: $0) }
      if let place {
        conversations[place].append(call)
      } else if !conversations.contains(where: { $0[0].cassette == call.cassette && $0[0].messages == call.messages }) {
        conversations.append([call])
      }
    }
    return conversations.filter { conversation in
      !isHeadless(conversation) || !conversations.contains { isTwin($0[0], of: conversation[0]) }
    }
  }()

  private static func isHeadless(_ conversation: [RecordedCall]) -> Bool {
    conversation[0].request?.boundaries.contains { $0.isModel } ?? false
  }

  private static func isTwin(_ one: RecordedCall, of other: RecordedCall) -> Bool {
    one.cassette != other.cassette && one.provider == other.provider
      && one.request?.boundaries.first?.prefix == other.request?.boundaries.first?.prefix
  }

  private static func goesOn(_ call: RecordedCall, from conversation: [RecordedCall]) -> Bool {
    guard let last = conversation.last, last.cassette == call.cassette, !last.messages.isEmpty else { return false }
    return call.messages.count > last.messages.count && call.messages.first == last.messages.first
  }

  @Test("There are conversations of several calls among the recordings", .enabled(if: !RecordedCall.all.isEmpty))
  func there() {
    #expect(Self.conversations.count { $0.count > 1 } >= 9)
  }

  @Test(
    "Recorded conversations link as they went, interleaved at random", .enabled(if: !RecordedCall.all.isEmpty),
    arguments: [UInt64](0..<20))
  func interleaved(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var desk = Desk()
    var left = Self.conversations.map { $0[...] }
    var waiting: [Int: LinkedCall] = [:]
    var runs: [Int: String] = [:]
    while let place = left.indices.filter({ !left[$0].isEmpty }).randomElement(using: &random) {
      guard let call = left[place].first else { break }
      if let linked = waiting.removeValue(forKey: place) {
        desk.pass(seconds: 1)
        desk.book.record(call.reply, of: linked, at: desk.now)
        left[place].removeFirst()
        continue
      }
      let caller = RunCaller(workflow: "default", agent: "agent", provider: call.provider)
      let linked = desk.ask(nil, from: caller) { $0.conversation = call.request }
      waiting[place] = linked
      if let run = runs[place] {
        #expect(linked.run == run, "\(call.name) belongs to its conversation (seed \(seed), \(linked.place.source))")
      } else {
        #expect(
          !runs.values.contains(linked.run), "\(call.name) begins a conversation (seed \(seed), \(linked.place.source))"
        )
        runs[place] = linked.run
      }
    }
  }
}
