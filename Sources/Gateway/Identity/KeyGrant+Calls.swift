internal import Budgets
internal import Dialects
internal import Ledger

extension KeyGrant {
  func allows(provider: String) -> Bool { Self.allows(provider, providers) }

  func allows(model: String) -> Bool { Self.allows(model, models) }

  private static func allows(_ name: String, _ patterns: [BudgetPattern]) -> Bool {
    patterns.isEmpty || patterns.contains { $0.matches(name) }
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
    if endpoint.operation == .management { return startsUnseenCalls ? .modelNotTold(key: key) : nil }
    // Azure goes by the deployment in the path, others by the body: where both name something, both have to be allowed.
    let models = [requestFacts.model ?? (endpoint.model == nil ? socketModel : nil), endpoint.model].compactMap(\.self)
    let isTold = !models.isEmpty && !requestFacts.isAmbiguous && !requestFacts.hasOtherModels
    guard isTold else {
      return endpoint.operation.isFree || Self.freeMethods.contains(method) ? nil : .modelNotTold(key: key)
    }
    return models.first { !key.grant.allows(model: $0) }.map { .modelNotAllowed($0, key: key) }
  }

  /// Whether models are put to work whose names stand in a file, in many requests, or in what is sent past Tollgate with a
  /// credential that the provider makes for it.
  private var startsUnseenCalls: Bool {
    hasSegment(of: Self.unseenCallSegments) || startsUnseenSession
      || endpoint?.dialect == .ollama && hasSegment(of: Self.modelMakingSegments)
  }

  /// Whether a call over WebRTC or a telephone line begins, whose sound flows past Tollgate.
  private var startsUnseenSession: Bool {
    hasSegment(of: ["calls"]) && !Self.sessionEnds.contains { path.hasSuffix($0) }
  }

  /// Whether work is started that costs money and is not seen to do so: such calls, or the provider's own machines.
  var startsUnseenWork: Bool {
    endpoint?.operation == .management && (startsUnseenCalls || hasSegment(of: Self.paidWorkSegments))
  }

  private func hasSegment(of names: Set<String>) -> Bool {
    !Self.freeMethods.contains(method)
      && path.utf8.split(separator: UInt8(ascii: "/")).contains { names.contains(String(Substring($0))) }
  }

  private static let unseenCallSegments: Set<String> = [
    "batches", "batch", "fine_tuning", "fine-tuning", "jobs", "tunedModels", "evals",
    "client_secrets", "sessions", "transcription_sessions", "auth_tokens", "authTokens",
    "service_accounts", "admin_api_keys", "api_keys",
  ]

  /// What has one model's name stand for another model (Ollama).
  private static let modelMakingSegments: Set<String> = ["create", "copy"]

  /// What ends a call, or hands it on.
  private static let sessionEnds = ["/hangup", "/reject", "/refer"]

  private static let paidWorkSegments: Set<String> = [
    "batchPredictionJobs", "model-invocation-job", "async-invoke", "runs", "search", "containers",
  ]
}
