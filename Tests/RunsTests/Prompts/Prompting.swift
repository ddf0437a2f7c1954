import Dialects
import Metering
import Tokenizers

@testable import Runs

/// A hard budget's question, as the gateway asks it: how long the prompt of a request can be.
final class Prompting {
  var desk = Desk()
  var endpoint = Endpoint(dialect: .openai, operation: .chatCompletions)
  var provider = "openai"
  var model = "gpt-5"
  init() {}

  /// What stands for the header fields.
  var seed: UInt64 = 7
  var caller = Desk.caller

  /// A call that has been asked about.
  struct Asked {
    var linked: LinkedCall
    var facts: RequestFacts
    var prompt: CallPrompt?
    var byBytes: Int64?
    var byReport: Int64?
  }

  static let chat = Endpoint(dialect: .openai, operation: .chatCompletions)
  static let responses = Endpoint(dialect: .openai, operation: .responses)
  static let anthropic = Endpoint(dialect: .anthropic, operation: .messages)

  static func claude() -> Prompting {
    let prompting = Prompting()
    prompting.endpoint = anthropic
    prompting.provider = "anthropic"
    prompting.model = "claude-opus-4-8"
    return prompting
  }

  var family: TokenizerFamily { TokenizerFamily(model: model) }

  func ask(_ body: String) -> Asked { ask(Array(body.utf8)) }

  func ask(_ bytes: [UInt8]) -> Asked {
    var reader = RequestReader(endpoint: endpoint, linking: fingerprints)
    reader.consume(bytes.span.bytes)
    let facts = reader.finish()
    let linked = desk.ask(nil, from: caller) { $0.conversation = facts.conversation }
    var asked = Asked(linked: linked, facts: facts, byBytes: facts.promptTokensBound(family: family))
    guard facts.isComplete, let making = PromptMaking(provider: provider, model: model, family: family),
      let outline = PromptBody.outline(
        of: bytes.span.bytes, endpoint: endpoint, key: fingerprints, seed: Fingerprint(bits: seed))
    else { return asked }
    asked.prompt = CallPrompt(outline, followsResponse: facts.followsResponse)
    if facts.followsResponse {
      let stored = facts.conversation?.previousResponse.flatMap {
        desk.book.contextTokens(behind: $0, outline, of: linked, at: desk.now)
      }
      asked.byReport = stored.flatMap { facts.promptTokensBound(family: family, behind: $0) }
    } else if let known = desk.book.counted(outline, of: linked, at: desk.now) {
      asked.byReport = PromptBody.tokensBound(
        of: bytes.span.bytes, endpoint: endpoint, outline, behind: known.beginning, counted: known.counted,
        made: making, family: family)
    }
    return asked
  }

  /// A reply that is whole, and reports so many tokens.
  func reply(prompt: Int64, output: Int64 = 10) -> ReplyFacts {
    var reply = ReplyFacts()
    var usage = Usage()
    usage[.input] = prompt
    usage[.output] = output
    reply.usage = [ModelUsage(model: nil, usage: usage)]
    reply.model = model
    reply.isTerminal = true
    reply.responseID = "resp_1"
    return reply
  }

  func end(_ asked: Asked, _ reply: ReplyFacts) {
    let report = asked.prompt.flatMap {
      PromptReport(
        reply, to: asked.facts, $0, asked: model, provider: provider,
        isKept: endpoint.operation == .responses && PromptMaking.keepsResponses(provider))
    }
    desk.pass(seconds: 1)
    desk.book.record(
      LinkReply(response: reply.responseID.map(fingerprints.fingerprint(of:)), prompt: report), of: asked.linked,
      at: desk.now)
  }

  /// A call whose prompt is reported.
  @discardableResult
  func turn(_ body: String, prompt: Int64, output: Int64 = 10) -> Asked {
    let asked = ask(body)
    end(asked, reply(prompt: prompt, output: output))
    return asked
  }

  /// The bound by a report of a request that goes on from another.
  ///
  /// - Parameter change: what the reply to the first one is made.
  func bound(_ first: String, _ second: String, _ change: (inout ReplyFacts) -> Void = { _ in }) -> Int64? {
    let asked = ask(first)
    var reply = reply(prompt: Self.reported)
    change(&reply)
    end(asked, reply)
    return ask(second).byReport
  }

  /// Tokens that a first request is said to have had: few, so that a bound that rests on them is told from one by bytes.
  static let reported: Int64 = 1_000
}
