/// Which names are known from the start, and how many others are told apart.
public struct CallMetricsConfiguration: Sendable {
  /// Providers that a route leads to.
  public var providers: [String]
  /// Agents, workflows and tools that the operator named: they are never folded.
  public var agents: [String] = []
  /// See ``agents``.
  public var workflows: [String] = []
  /// See ``agents``.
  public var tools: [String] = []
  /// Providers and models that configured agents and workflows are expected to call: for each combination the first dollar
  /// is seen as a step from zero, up to ``combinationsMax``.
  public var models: [(provider: String, model: String)] = []
  /// Agents told apart beyond those configured.
  public var agentsMax = 200
  /// Workflows told apart beyond those configured.
  public var workflowsMax = 200
  /// Teams told apart: those of virtual keys, so that operators choose them.
  public var teamsMax = 200
  /// Tools told apart beyond those configured.
  public var toolsMax = 500
  /// Models told apart: a guard behind the price book.
  public var modelsMax = 1_000
  /// Providers told apart beyond those configured: a guard behind the routes.
  public var providersMax = 100

  /// Whether there are metrics by OpenTelemetry's names besides.
  public var hasOpenTelemetryNames = false

  /// Combinations of configured names that start at zero, at most.
  public static let combinationsMax = 500

  /// A configuration that knows only the providers.
  public init(providers: [String]) { self.providers = providers }
}
