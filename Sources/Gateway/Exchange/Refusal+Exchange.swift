import Ledger

extension Refusal {
  static func unmetered(method: String, path: String) -> Refusal {
    Refusal(
      .unmeteredDenied,
      "Tollgate cannot count what \(method) \(quoted(path)) costs, and is set to refuse such calls "
        + "(`unmetered: deny`). Use an API it knows, or set `unmetered: allow` or `unmetered: charge: 0.05 USD`.")
  }

  static func unpriced(model: String, provider: String) -> Refusal {
    Refusal(
      .unpricedDenied,
      "The price book does not know the model \(quoted(model)) of provider '\(provider)', and Tollgate is set to refuse "
        + "such calls (`unpriced: deny`). Use a model it knows, add its price to the price book (`--price-book`), or set "
        + "`unpriced: allow` or `unpriced: charge_as: MODEL`.")
  }

  static func bodyTooLarge(bytesMax: Int) -> Refusal {
    Refusal(.bodyTooLarge, "The request's body has more than \(bytesMax) bytes, which is the limit here (limits.body).")
  }

  static func tooMuchGathered() -> Refusal {
    Refusal(.tooManyInFlight, "The requests that arrive at the moment take all the memory there is for them.")
  }

  static func requestTimeout() -> Refusal {
    Refusal(.requestTimeout, "The request's body stopped arriving before it was whole.")
  }

  /// The answer to a call that the ledger does not admit.
  init(_ refusal: AdmissionRefusal) {
    switch refusal {
    case .ledgerUnavailable:
      // The reason names paths of the server; it is in the log and on the control plane.
      self.init(
        .ledgerUnavailable,
        "Tollgate cannot write its ledger, so it forwards nothing that it could not account for. Try again later; the "
          + "operator finds the reason in Tollgate's log and at /readyz of its control port.")
    case .tooManyInFlight(let limit):
      self.init(.tooManyInFlight, "\(limit) calls are in flight, which is the limit (limits.in_flight).")
    case .closing:
      self.init(.shuttingDown, "Tollgate is shutting down.")
    }
  }
}
