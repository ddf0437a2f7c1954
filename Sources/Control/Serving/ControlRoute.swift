internal import Metering

/// What a path of the control plane names.
enum ControlRoute: Equatable {
  case page
  case metrics
  case alive
  case ready
  case calls
  /// The id as the path has it, which may be none.
  case call(id: String)
  case summary
  case adjustments
  case reprice
  case openAPI

  /// The route of a path without query; nil where there is none.
  init?(path: String) {
    switch path {
    case "/": self = .page
    case "/metrics": self = .metrics
    case "/healthz": self = .alive
    case "/readyz": self = .ready
    case "/api/v1/calls": self = .calls
    case "/api/v1/summary": self = .summary
    case "/api/v1/adjustments": self = .adjustments
    case "/api/v1/reprice": self = .reprice
    case "/api/v1/openapi.json": self = .openAPI
    default:
      let prefix = "/api/v1/calls/"
      guard path.hasPrefix(prefix) else { return nil }
      let id = path.dropFirst(prefix.count)
      guard !id.isEmpty, !id.contains("/") else { return nil }
      self = .call(id: String(id))
    }
  }

  /// The parameters that the route knows.
  var parameters: [String] {
    switch self {
    case .calls: CallQuery.parameters
    case .summary: SummaryQuery.parameters
    case .adjustments: AdjustmentQuery.parameters
    default: []
    }
  }

  /// The methods that the route has.
  var methods: [String] {
    switch self {
    case .adjustments: ["GET", "HEAD", "POST"]
    case .reprice: ["POST"]
    default: ["GET", "HEAD"]
    }
  }
}
