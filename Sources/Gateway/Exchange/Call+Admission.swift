import Dialects
import Ledger
import Metering
import NIOCore
import Upstream

extension Call {
  /// What the ledger keeps of the call while it is in flight.
  var admission: Admission {
    Admission(
      id: id, startedAt: startedAt, provider: route.provider.name, dialect: endpoint?.dialect.rawValue, method: method,
      path: path, model: requestFacts.model, agent: identity.agent, workflow: identity.workflow, run: identity.run,
      isStream: requestFacts.wantsStream, billing: identity.billing, upstreamKeyID: identity.upstreamKeyID,
      requestBytes: requestBytes, promptTokensEstimate: promptTokensEstimate)
  }

  /// The model that the call is refused for, since nothing is known of its price; nil where it may go on.
  func modelDenied(by prices: CurrentPriceBook) -> String? {
    let terms = route.provider.terms
    guard terms.unpriced == .deny, identity.billing != .free, let endpoint, !endpoint.operation.isFree,
      let model = requestFacts.model, !prices.book.knows(terms, dialect: endpoint.dialect.rawValue, model: model)
    else { return nil }
    return model
  }

  private var promptTokensEstimate: Int64 {
    guard let endpoint, !endpoint.operation.isFree else { return 0 }
    return TokenEstimate.prompt(
      textBytes: requestFacts.isComplete ? requestFacts.promptTextBytes : requestBytes, dialect: endpoint.dialect)
  }

  /// The gathered body, ready to be sent; with the usage of its stream asked for where the operator wants that.
  func takeBody() -> UpstreamBody {
    // An empty body that the client framed keeps its length of zero; a HEAD request cannot have one.
    guard let body = gatheredBody else { return hasBody && method != "HEAD" ? .buffered(ByteBuffer()) : .none }
    gatheredBody = nil
    guard route.provider.streamUsage == .ask, !isRequestEncoded,
      let spliced = RequestSplice.askingForUsage(body, facts: requestFacts, endpoint: endpoint)
    else { return .buffered(body) }
    usageWasAsked = true
    return .buffered(spliced)
  }
}
