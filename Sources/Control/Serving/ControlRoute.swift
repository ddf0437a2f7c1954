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
  case alerts
  case redeliver
  case receivers
  /// The name as the path has it, which may be none.
  case receiverTest(name: String)
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
    case "/api/v1/alerts": self = .alerts
    case "/api/v1/alerts/redeliver": self = .redeliver
    case "/api/v1/receivers": self = .receivers
    default:
      if let id = Self.name(in: path, after: "/api/v1/calls/", before: "") {
        self = .call(id: id)
      } else if let name = Self.name(in: path, after: "/api/v1/receivers/", before: "/test") {
        self = .receiverTest(name: name)
      } else {
        return nil
      }
    }
  }

  /// The one segment of a path that stands between two others.
  private static func name(in path: String, after prefix: String, before suffix: String) -> String? {
    guard path.hasPrefix(prefix), path.hasSuffix(suffix), path.utf8.count > prefix.utf8.count + suffix.utf8.count else {
      return nil
    }
    let name = path.dropFirst(prefix.count).dropLast(suffix.count)
    return name.contains("/") ? nil : String(name)
  }

  /// The parameters that the route knows.
  var parameters: [String] {
    switch self {
    case .calls: CallQuery.parameters
    case .summary: SummaryQuery.parameters
    case .adjustments: AdjustmentQuery.parameters
    case .alerts: AlertQuery.parameters
    default: []
    }
  }

  /// The methods that the route has.
  var methods: [String] {
    switch self {
    case .adjustments: ["GET", "HEAD", "POST"]
    case .reprice, .redeliver, .receiverTest: ["POST"]
    default: ["GET", "HEAD"]
    }
  }
}
