internal import Budgets
internal import Dialects
internal import Ledger

extension KeyGrant {
  func allows(provider: String) -> Bool { Self.allows(provider, providers) }

  func allows(model: String) -> Bool { Self.allows(model, models) }

  private static func allows(_ name: String, _ patterns: [String]) -> Bool {
    patterns.isEmpty || patterns.contains { BudgetPattern($0).matches(name) }
  }
}

extension Call {
  /// Whether the key of the call allows some models only, so that nothing goes upstream before its model is known.
  var isBoundToModels: Bool { identity.virtualKey.map { !$0.grant.models.isEmpty } ?? false }

  /// Why the key does not allow what was asked for; nil where it does.
  ///
  /// Where the model cannot be told, it is not allowed. What generates nothing passes; so do sockets, whose responses are
  /// checked one by one.
  ///
  /// - Parameter socketModel: the model that a socket was opened for, of a response on it.
  func modelRefusal(onSocketOf socketModel: String? = nil) -> Refusal? {
    guard let key = identity.virtualKey, !key.grant.models.isEmpty else { return nil }
    guard let endpoint else { return isUnmetered ? .modelNotTold(key: key) : nil }
    if endpoint.operation == .management { return startsBatch ? .modelNotTold(key: key) : nil }
    guard let model = requestFacts.model ?? endpoint.model ?? socketModel, !requestFacts.isAmbiguous else {
      return endpoint.operation.isFree || Self.freeMethods.contains(method) ? nil : .modelNotTold(key: key)
    }
    return key.grant.allows(model: model) ? nil : .modelNotAllowed(model, key: key)
  }

  /// Whether models are put to work whose names stand in a file, or in many requests.
  private var startsBatch: Bool {
    !Self.freeMethods.contains(method)
      && path.utf8.split(separator: UInt8(ascii: "/")).contains { Self.batchSegments.contains(String(Substring($0))) }
  }

  private static let batchSegments: Set<String> = [
    "batches", "batch", "fine_tuning", "fine-tuning", "jobs", "tunedModels",
  ]
}
