import Dialects
import Metering
import Tokenizers

/// What a call is charged for, and where that is known from.
struct MeteredUsage {
  /// The usage of each model that the reply bills: the answering model first, with nil for its name.
  var models: [ModelUsage]
  var source: UsageSource

  static let nothing = MeteredUsage(models: [], source: .none)

  /// All models together.
  var total: Usage {
    models.reduce(Usage()) { $0 + $1.usage }
  }
}

extension MeteredUsage {
  /// Decides what a call of a known API is charged for.
  ///
  /// What the provider reported is taken as it is, zero beside text included: that is what it bills (OpenAI has answered so). A reply
  /// that was cut short, or that left its usage out, is charged by the text that was seen, and one that could not be read by its bound;
  /// never as zero, unless the provider had generated nothing.
  ///
  /// - Parameters:
  ///   - wasCounted: whether this response has been charged already (a poll of it).
  ///   - estimate: what texts of the call's model and workflow count.
  init(
    endpoint: Endpoint, request: RequestFacts, requestBytes: Int64, reply: ReplyFacts, end: CallEnd, wasCounted: Bool,
    estimate: TokenEstimate
  ) {
    self = .nothing
    guard end.wasSent, !endpoint.operation.isFree, !wasCounted else { return }
    if !reply.usage.isEmpty {
      models = reply.usage
      // Of a body that could not be read to its end, more may have been reported than was seen.
      let mayMiss = endpoint.operation.writesText || endpoint.operation.repeatsUsage
      source = end.reading == .undecodable && mayMiss ? .atLeast : .provider
      completeOutput(endpoint: endpoint, request: request, reply: reply, end: end, estimate: estimate)
      return
    }
    // A poll repeats what an earlier call has been charged for, and a reply that still is worked on has no usage yet.
    guard !endpoint.operation.repeatsUsage, !reply.isPending else { return }
    // A redirect or an error is not billed, be it a status or inside a 200, as long as nothing had been generated.
    guard end.mayBeBilled, reply.errorCode == nil || reply.outputTextBytes > 0 else { return }
    let (usage, source) = Self.estimated(
      endpoint: endpoint, request: request, requestBytes: requestBytes, reply: reply, end: end, estimate: estimate)
    models = [ModelUsage(model: nil, usage: usage)]
    self.source = source
  }

  /// Adds the output of a reply that ended after the provider had reported its input (Anthropic reports that first).
  private mutating func completeOutput(
    endpoint: Endpoint, request: RequestFacts, reply: ReplyFacts, end: CallEnd, estimate: TokenEstimate
  ) {
    guard endpoint.operation.writesText, !endpoint.operation.repeatsUsage, !reply.isTerminal || reply.lacksOutput
    else { return }
    guard let first = models.first, first.usage[.output] == 0, first.usage[.reasoning] == 0 else { return }
    if let bound = end.outputBound {
      models[0].usage[.output] = bound
      source = .bound
    } else if reply.outputTextBytes > 0 {
      models[0].usage[.output] = estimate.output(reply, dialect: endpoint.dialect)
      source = Self.counted(request: request, reply: reply, estimate: estimate)
    }
  }

  /// What is charged where the provider reported nothing.
  private static func estimated(
    endpoint: Endpoint, request: RequestFacts, requestBytes: Int64, reply: ReplyFacts, end: CallEnd,
    estimate: TokenEstimate
  ) -> (Usage, UsageSource) {
    // What the request itself fixes: the characters of a speech, the images that were asked for, a tokenized prompt.
    var usage = request.usage
    if usage.isEmpty { usage[.input] = estimate.prompt(request, requestBytes: requestBytes) }
    var isBound = !request.isComplete
    // What is billed by the length of its sound is not billed by its text too; what streams is billed by tokens.
    let isBilledByLength = usage[.inputAudioTime] > 0 && reply.contentDeltas == 0
    if endpoint.operation.writesText, !isBilledByLength {
      usage[.output] = estimate.output(reply, dialect: endpoint.dialect)
      if let bound = end.outputBound, bound > 0, bound >= usage[.output] {
        usage[.output] = bound
        isBound = true
      }
    }
    return (usage, isBound ? .bound : counted(request: request, reply: reply, estimate: estimate))
  }

  /// What thinks out of sight has generated at least what was seen, unless its workflow has shown how much more that is.
  private static func counted(request: RequestFacts, reply: ReplyFacts, estimate: TokenEstimate) -> UsageSource {
    let isHidden = HiddenReasoning.isPossible(model: reply.model ?? request.model)
    return isHidden && !estimate.knowsOutput ? .atLeast : .counted
  }
}
