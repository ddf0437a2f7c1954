import Budgets
import Dialects
import Metering

@testable import Runs

/// A run that is played by hand: each call is asked for, decided, answered, at times that the test says.
final class Play {
  static let run = "r1"
  static let slot = RunSlot(place: 0, generation: 0)
  var monitor: RunMonitor
  var now: Int64 = 0
  private var lastCall: Int64 = 0
  private var lastID: UInt64 = 0
  private var asked: [UInt64: [Fingerprint]] = [:]

  init(_ definitions: [GuardrailDefinition] = []) throws {
    monitor = RunMonitor(guardrails: try Guardrails(definitions))
  }

  var tally: RunTally? { monitor.tally(of: Self.slot) }
  var time: Timestamp { Timestamp(unixMicroseconds: now) }

  func wait(seconds: Double) { now += Int64(seconds * 1_000_000) }

  static func call(_ number: Int64) -> BudgetCall {
    BudgetCall(
      id: CallID(rawValue: number), agent: "a", workflow: "w", run: run, key: "k", provider: "openai", model: "gpt-5")
  }

  /// Asks whether a call may be sent on; it is then in flight.
  ///
  /// - Parameter conversation: what stands for it up to each of its messages.
  func ask(
    node: UInt64 = 1, parent: UInt64? = nil, depth: Int = 0, results: [ToolResultFacts] = [],
    conversation: [UInt64] = [], tools: [String] = [], retry: Int64 = 0, isForced: Bool = false
  ) -> (answer: GuardrailAnswer, call: BudgetCall) {
    lastCall += 1
    let call = Self.call(lastCall)
    var request = RunRequest(
      call: call.id, node: Fingerprint(bits: node), parent: parent.map { Fingerprint(bits: $0) }, depth: depth,
      conversation: conversation.last.map { Fingerprint(bits: $0) }, results: results, retry: retry)
    request.beginnings = conversation.dropLast().map { Fingerprint(bits: $0) }
    request.toolNames = tools
    request.forcesToolCall = isForced
    return (monitor.admit(request, call, in: Self.slot, at: time).answer, call)
  }

  /// Answers a call with tools to be called, each a name and what its arguments hash to.
  @discardableResult
  func reply(
    _ call: BudgetCall, node: UInt64 = 1, _ tools: [(String, UInt64?)] = [], cost: Int64 = 0, ending: ReplyEnding? = nil
  ) -> [Anomaly] {
    var calls: [RunToolCall] = []
    asked[node] = []
    for (name, arguments) in tools {
      lastID += 1
      let id = Fingerprint(bits: lastID)
      asked[node]?.append(id)
      calls.append(RunToolCall(id: id, tool: name, name: Self.name(name), arguments: arguments))
    }
    var reply = RunReply(toolCalls: calls, ending: ending ?? (tools.isEmpty ? .stop : .toolUse))
    reply.costPicodollars = cost
    return monitor.end(call, in: Self.slot, reply, at: time)
  }

  /// The results of what the last reply to a node asked for.
  func results(node: UInt64 = 1, failed: Bool = false, content: UInt64? = nil) -> [ToolResultFacts] {
    (asked[node] ?? []).map {
      ToolResultFacts(call: $0, failure: failed ? .mark : nil, content: content.map { Fingerprint(bits: $0) })
    }
  }

  func release(_ release: GuardrailRelease, of run: String = run) -> Bool {
    !monitor.release(run, release, at: time).isEmpty
  }

  func close() -> RunEnd? { monitor.close(Self.slot) }

  static func name(_ tool: String) -> Fingerprint {
    Fingerprint(bits: tool.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
  }

  /// One turn of an agent: a call with the results of the last one, a second of model, and what the reply asks for.
  ///
  /// - Returns: what the guardrails say; the call is answered only if it passes.
  func turn(
    node: UInt64 = 1, _ tools: [(String, UInt64?)], model seconds: Double = 1, cost: Int64 = 0, content: UInt64? = nil,
    failed: Bool = false, conversation: [UInt64] = []
  ) -> GuardrailAnswer {
    let (answer, call) = ask(
      node: node, results: results(node: node, failed: failed, content: content), conversation: conversation)
    guard answer.passes else { return answer }
    wait(seconds: seconds)
    reply(call, node: node, tools, cost: cost)
    return answer
  }
}
