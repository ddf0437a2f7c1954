import Dialects
import Metering
import Tokenizers
import Upstream

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
  /// What the provider reported is taken as it is. A reply that was cut short, or that left its usage out, is charged by the
  /// text that was seen; never as zero, unless the provider had generated nothing.
  ///
  /// - Parameters:
  ///   - wasCounted: whether this response has been charged already (a poll of it).
  ///   - estimate: what texts of the call's model and workflow count.
  init(
    endpoint: Endpoint, request: RequestFacts, requestBytes: Int64, reply: ReplyFacts, call: CallEnd, wasCounted: Bool,
    estimate: TokenEstimate
  ) {
    self = .nothing
    guard call.wasSent, !endpoint.operation.isFree, !wasCounted else { return }
    if !reply.usage.isEmpty {
      models = reply.usage
      source = .provider
      if call.isReplyOpaque {
        boundOutput(responseBytes: call.responseBytes)
      } else {
        completeFromText(endpoint: endpoint, request: request, reply: reply, estimate: estimate)
      }
      return
    }
    // A poll repeats what an earlier call has been charged for, and a reply that still is worked on has no usage yet.
    guard !endpoint.operation.repeatsUsage, !reply.isPending else { return }
    // A redirect or an error is not billed, be it a status or inside a 200, as long as nothing had been generated.
    let isSuccess = call.status == 0 || (200..<300).contains(call.status)
    if !isSuccess || (reply.errorCode != nil && reply.outputTextBytes == 0) { return }
    self = .estimated(
      endpoint: endpoint, request: request, requestBytes: requestBytes, reply: reply, call: call, estimate: estimate)
  }

  /// Adds the output of a reply that was cut after the provider had reported its input (Anthropic reports that first).
  private mutating func completeFromText(
    endpoint: Endpoint, request: RequestFacts, reply: ReplyFacts, estimate: TokenEstimate
  ) {
    guard !reply.isTerminal, reply.outputTextBytes > 0, let first = models.first else { return }
    guard first.usage[.output] == 0, first.usage[.reasoning] == 0 else { return }
    models[0].usage[.output] = estimate.output(reply, dialect: endpoint.dialect)
    source = Self.counted(request: request, reply: reply, estimate: estimate)
  }

  /// Bounds the output of a reply that could be read up to a point only: a token has at least one byte.
  private mutating func boundOutput(responseBytes: Int64) {
    guard let first = models.first, first.usage[.output] == 0, first.usage[.reasoning] == 0 else { return }
    models[0].usage[.output] = responseBytes
    source = .bound
  }

  private static func estimated(
    endpoint: Endpoint, request: RequestFacts, requestBytes: Int64, reply: ReplyFacts, call: CallEnd,
    estimate: TokenEstimate
  ) -> MeteredUsage {
    // What the request itself fixes: the characters of a speech, the images that were asked for.
    var usage = request.usage
    if usage.isEmpty { usage[.input] = estimate.prompt(request, requestBytes: requestBytes) }
    // What cannot be read (a content coding, a document that is cut or malformed) is bounded by its bytes: a token has at
    // least one.
    let isUnread = call.isReplyOpaque || (!call.isStream && !reply.isTerminal)
    // Sound is opaque, and fixed by the request.
    if request.usage.isEmpty || !isUnread {
      usage[.output] =
        isUnread
        ? max(call.responseBytes, reply.outputTextBytes) : estimate.output(reply, dialect: endpoint.dialect)
    }
    let isBound = (isUnread && call.responseBytes > 0 && request.usage.isEmpty) || !request.isComplete
    let source = isBound ? .bound : counted(request: request, reply: reply, estimate: estimate)
    return MeteredUsage(models: [ModelUsage(model: nil, usage: usage)], source: source)
  }

  /// What thinks out of sight has generated at least what was seen, unless its workflow has shown how much more that is.
  private static func counted(request: RequestFacts, reply: ReplyFacts, estimate: TokenEstimate) -> UsageSource {
    let isHidden = HiddenReasoning.isPossible(model: reply.model ?? request.model)
    return isHidden && !estimate.knowsOutput ? .atLeast : .counted
  }
}

/// How a call ended, as far as its charge depends on it.
struct CallEnd {
  /// Whether any byte of the request may have reached the upstream.
  var wasSent: Bool
  /// The upstream's status; 0 where no reply came.
  var status: Int
  var isReplyOpaque: Bool
  /// Whether the reply is a stream of events, rather than one document.
  var isStream: Bool
  var responseBytes: Int64
}
