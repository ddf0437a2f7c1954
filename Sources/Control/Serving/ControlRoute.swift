internal import Ledger
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
  case runs
  /// The id as the path has it, which may be none.
  case run(id: String)
  case runEnd(id: String)
  case runRelease(id: String)
  case anomalies
  case reliability
  case summary
  case adjustments
  case reprice
  case keys
  /// The name or the id of a key, as the path has it, which may be none.
  case key(name: String)
  case keyRotation(name: String)
  case tokens
  /// The name or the id of a token, likewise.
  case token(name: String)
  case audit
  case budgets
  /// The name of a budget, as the path has it, which may be none.
  case budget(name: String)
  case budgetRaise(name: String)
  case explain
  case simulate
  case alerts
  case redeliver
  case receivers
  /// The name of a receiver, as the path has it, which may be none.
  case receiverTest(name: String)
  case holds
  /// The id as the path has it, which may be none; likewise below.
  case hold(id: String)
  case holdApproval(id: String)
  case holdDenial(id: String)
  /// The page for people.
  case holdPage(id: String)
  case openAPI

  /// The route of a path without query; nil where there is none.
  init?(path: String) {
    switch path {
    case "/": self = .page
    case "/metrics": self = .metrics
    case "/healthz": self = .alive
    case "/readyz": self = .ready
    case "/api/v1/calls": self = .calls
    case "/api/v1/runs": self = .runs
    case "/api/v1/anomalies": self = .anomalies
    case "/api/v1/reliability": self = .reliability
    case "/api/v1/summary": self = .summary
    case "/api/v1/adjustments": self = .adjustments
    case "/api/v1/reprice": self = .reprice
    case "/api/v1/keys": self = .keys
    case "/api/v1/tokens": self = .tokens
    case "/api/v1/audit": self = .audit
    case "/api/v1/budgets": self = .budgets
    case "/api/v1/explain": self = .explain
    case "/api/v1/simulate": self = .simulate
    case "/api/v1/alerts": self = .alerts
    case "/api/v1/alerts/redeliver": self = .redeliver
    case "/api/v1/receivers": self = .receivers
    case "/api/v1/holds": self = .holds
    case "/api/v1/openapi.json": self = .openAPI
    default:
      if let id = Self.segment(of: path, after: "/api/v1/calls/") {
        self = .call(id: id)
      } else if let id = Self.segment(of: path, after: "/api/v1/runs/", before: "/end") {
        self = .runEnd(id: id)
      } else if let id = Self.segment(of: path, after: "/api/v1/runs/", before: "/release") {
        self = .runRelease(id: id)
      } else if let id = Self.segment(of: path, after: "/api/v1/runs/") {
        self = .run(id: id)
      } else if let name = Self.segment(of: path, after: "/api/v1/keys/", before: "/rotate") {
        self = .keyRotation(name: name)
      } else if let name = Self.segment(of: path, after: "/api/v1/keys/") {
        self = .key(name: name)
      } else if let name = Self.segment(of: path, after: "/api/v1/tokens/") {
        self = .token(name: name)
      } else if let name = Self.segment(of: path, after: "/api/v1/budgets/", before: "/raise") {
        self = .budgetRaise(name: name)
      } else if let name = Self.segment(of: path, after: "/api/v1/budgets/") {
        self = .budget(name: name)
      } else if let name = Self.segment(of: path, after: "/api/v1/receivers/", before: "/test") {
        self = .receiverTest(name: name)
      } else if let route = Self.hold(path: path) {
        self = route
      } else {
        return nil
      }
    }
  }

  private static func hold(path: String) -> ControlRoute? {
    if let id = segment(of: path, after: "/holds/") { return .holdPage(id: id) }
    if let id = segment(of: path, after: "/api/v1/holds/", before: "/approve") { return .holdApproval(id: id) }
    if let id = segment(of: path, after: "/api/v1/holds/", before: "/deny") { return .holdDenial(id: id) }
    return segment(of: path, after: "/api/v1/holds/").map { .hold(id: $0) }
  }

  /// The one segment between two parts of a path, decoded: a name may have a `/`, written as `%2F`.
  private static func segment(of path: String, after prefix: String, before suffix: String = "") -> String? {
    guard path.hasPrefix(prefix), path.hasSuffix(suffix), path.utf8.count > prefix.utf8.count + suffix.utf8.count
    else { return nil }
    let segment = path.dropFirst(prefix.count).dropLast(suffix.count)
    guard !segment.contains("/") else { return nil }
    return PercentEncoding.decoded(segment, plusIsSpace: false)
  }

  /// The parameters that the route knows.
  var parameters: [String] {
    switch self {
    case .calls: CallQuery.parameters
    case .runs: RunParameters.names
    case .anomalies: RunEventParameters.names
    case .reliability: ReliabilityParameters.names
    case .summary: SummaryQuery.parameters
    case .adjustments: AdjustmentQuery.parameters
    case .audit: AuditParameters.names
    case .explain: ExplainQuery.parameters
    case .alerts: AlertQuery.parameters
    case .holds: HoldQuery.parameters
    default: []
    }
  }

  /// The methods that the route has.
  var methods: [String] {
    switch self {
    case .adjustments, .keys, .tokens, .holdPage: ["GET", "HEAD", "POST"]
    case .reprice, .runEnd, .runRelease, .keyRotation, .budgetRaise, .simulate, .redeliver, .receiverTest,
      .holdApproval,
      .holdDenial:
      ["POST"]
    case .key, .token: ["DELETE"]
    case .budget: ["GET", "HEAD", "PUT", "PATCH", "DELETE"]
    default: ["GET", "HEAD"]
    }
  }

  /// The role that reading it from elsewhere takes.
  var roleToRead: ControlRole { self == .metrics ? .metrics : .viewer }

  /// The role that changing it takes.
  var roleToChange: ControlRole {
    switch self {
    case .simulate: .viewer
    case .holdApproval, .holdDenial, .holdPage, .runRelease: .approver
    default: .admin
    }
  }

  /// Whether the page for people is asked for, to which links elsewhere may lead.
  var isPage: Bool {
    switch self {
    case .page, .holdPage: true
    default: false
    }
  }
}
