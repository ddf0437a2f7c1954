import Budgets
import Dialects
import Upstream

public import Ledger

/// Which calls count in budgets, whatever they used.
enum BudgetedCalls {
  /// Whether budgets decide on a call. What is fetched has been paid for by the call that made it: it is posted when it is seen,
  /// and never refused.
  static func areDecided(_ endpoint: Endpoint?, method: String, opensWebSocket: Bool = false) -> Bool {
    guard let endpoint else { return opensWebSocket || !Call.freeMethods.contains(method) }
    return !endpoint.operation.isFree && !(endpoint.operation.repeatsUsage && Call.freeMethods.contains(method))
  }

  /// Whether runs count a call as one of a model: what budgets decide on, so that fetching what a model said before is none, nor is a call
  /// of a server of tools, a token count or a list.
  static func areOfModels(_ endpoint: Endpoint?, method: String, opensWebSocket: Bool = false) -> Bool {
    endpoint?.operation != .mcp && areDecided(endpoint, method: method, opensWebSocket: opensWebSocket)
  }

  /// Whether a call that has ended counts: one that was decided on does if it used nothing, and what is free never.
  static func areCounted(method: String, path: String, dialect: String?, used: CallAmounts) -> Bool {
    let endpoint = Endpoint.recognise(method: method, path: path, dialect: dialect.flatMap(Dialect.init(rawValue:)))
    if used != .zero { return endpoint?.operation.isFree != true }
    return areDecided(endpoint, method: method)
  }
}

extension SpentCall {
  /// Whether budgets that are filled from the ledger count it, as they would have when it was made.
  public var countsInBudgets: Bool {
    guard used.picodollars == 0, used.tokens == 0 else { return true }
    guard error.flatMap(TransferFailure.init(rawValue:))?.isBeforeSending != true else { return false }
    return BudgetedCalls.areCounted(method: method, path: path, dialect: dialect, used: used)
  }
}

extension TransferFailure {
  /// Whether no byte of the request can have reached the upstream.
  fileprivate var isBeforeSending: Bool {
    switch self {
    case .nameNotResolved, .connectFailed, .connectTimeout, .tlsFailed, .badRequest, .unavailable: true
    case .headTimeout, .idleTimeout, .brokenOff, .badFraming, .headTooLarge, .closedBeforeReply, .internalError: false
    }
  }
}
