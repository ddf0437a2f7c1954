import Dialects
import Ledger
import Metering
import Upstream

extension GatewayContext {
  /// Meters and prices a call that has ended, and puts usage and cost in its record.
  func charge(_ record: inout CallRecord, call: Call, reply: ReplyFacts, end: TransferEnd) {
    guard let endpoint = call.endpoint else {
      if end.wasSent, call.isUnmetered, call.refusalCode == nil {
        configuration.unmetered.charge(&record)
      } else {
        record.chargeNothing()
      }
      return
    }
    let wasCounted = wasCounted(call, endpoint: endpoint, reply: reply)
    let estimate = TokenEstimate(
      model: record.model, dialect: endpoint.dialect, workflow: record.workflow, counts: counts)
    let metered = MeteredUsage(
      endpoint: endpoint, request: call.requestFacts, requestBytes: call.requestBytes, reply: reply,
      end: callEnd(call, endpoint: endpoint, reply: reply, wasSent: end.wasSent), wasCounted: wasCounted,
      estimate: estimate)
    if metered.source == .provider, metered.models.count == 1, call.items.seen == 0, let model = record.model {
      counts.learn(model: model, workflow: record.workflow) {
        estimate.learn(metered.total, request: call.requestFacts, reply: reply, into: &$0)
      }
    }
    let host = call.route.provider.origin.host
    prices.book.charge(
      &record, for: metered, modelPriced: reply.modelPriced,
      context: reply.context.completed(by: call.requestFacts.context, isTierKnown: reply.isTerminal, host: host),
      terms: call.route.provider.terms, parts: call.items.parts(completedBy: call.requestFacts.context, host: host),
      reported: wasCounted ? nil : reply.reportedCostPicodollars)
  }

  /// Whether the response has been charged with another call, noting that it is charged now where it has not.
  private func wasCounted(_ call: Call, endpoint: Endpoint, reply: ReplyFacts) -> Bool {
    // The results of a batch are counted one by one; two sockets can show the responses of one session.
    let mayRepeat =
      endpoint.operation.repeatsUsage && call.items.seen == 0 || endpoint.operation == .socketResponse
    guard mayRepeat, !reply.usage.isEmpty, let responseID = reply.responseID else { return false }
    return !ledger.countOnce(provider: call.route.provider.name, responseID: responseID)
  }

  private func callEnd(_ call: Call, endpoint: Endpoint, reply: ReplyFacts, wasSent: Bool) -> CallEnd {
    var end = CallEnd(wasSent: wasSent, status: call.reply.status, responseBytes: call.responseBytes)
    if call.isReplyOpaque {
      end.reading = .undecodable
    } else if reply.isDamaged || !call.reply.framing.isStream && !reply.isTerminal {
      end.reading = .broken(bytes: call.decodedReplyBytes)
    }
    if end.reading != .whole { end.outputTokensMax = outputTokensMax(of: call, endpoint: endpoint, reply: reply) }
    return end
  }

  /// The most that the model can have written: what the request names, or what the price book says of the model, the smaller
  /// where both do.
  private func outputTokensMax(of call: Call, endpoint: Endpoint, reply: ReplyFacts) -> Int64? {
    let request = call.requestFacts
    let named = request.isAmbiguous ? nil : request.outputTokensMax
    let ofModel = (reply.modelPriced ?? reply.model ?? request.model).flatMap {
      prices.book.maxOutputTokens(
        call.route.provider.terms, dialect: endpoint.dialect.rawValue, model: $0, at: call.startedAt)
    }
    guard let each = [named, ofModel].compactMap({ $0 }).min() else { return nil }
    return Int64(clamping: Int128(max(0, each)) * Int128(max(1, request.choices)))
  }
}
