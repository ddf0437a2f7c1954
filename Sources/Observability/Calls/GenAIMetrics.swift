import Metering

/// What OpenTelemetry's metrics say of a call besides its record.
public struct GenAICall: Sendable, Equatable {
  public var operation: GenAIOperation
  /// Where the provider is reached.
  public var serverAddress: String
  public var serverPort: Int

  public init(operation: GenAIOperation, serverAddress: String, serverPort: Int) {
    self.operation = operation
    self.serverAddress = serverAddress
    self.serverPort = serverPort
  }
}

/// Metrics by OpenTelemetry's names for generative AI, with its attributes and buckets, as Prometheus writes them: dots and units become
/// underscores and suffixes. Models are named as the price book does, so that no caller can invent labels.
///
/// Source: https://github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md, v0.1.
struct GenAIMetrics: Sendable {
  private let tokens: MetricFamily<GenAITokenLabels, Histogram>
  private let duration: MetricFamily<GenAIDurationLabels, Histogram>
  private let inferenceCalls: MetricFamily<GenAIAgentLabels, Histogram>
  private let toolCalls: MetricFamily<GenAIAgentLabels, Histogram>
  private let address: LabelDimension
  private let provider: LabelDimension
  private let errorType: LabelDimension

  /// Statuses, and how calls end that have none.
  private static let errorTypesMax = 100

  init(registry: MetricsRegistry, _ configuration: CallMetricsConfiguration) {
    tokens = registry.histograms(
      MetricDescriptor("gen_ai_client_token_usage", help: "Number of input and output tokens used."), .genAITokens,
      by: GenAITokenLabels.self)
    duration = registry.histograms(
      MetricDescriptor(
        "gen_ai_client_operation_duration_seconds", unit: .seconds, help: "Duration of an operation of a model."),
      .genAIDuration, by: GenAIDurationLabels.self)
    inferenceCalls = registry.histograms(
      MetricDescriptor("gen_ai_invoke_agent_inference_calls", help: "Calls of models of a run, at its end."),
      .genAICalls, by: GenAIAgentLabels.self)
    toolCalls = registry.histograms(
      MetricDescriptor("gen_ai_invoke_agent_tool_calls", help: "Tool calls of a run, at its end."), .genAICalls,
      by: GenAIAgentLabels.self)
    address = LabelDimension(valuesMax: configuration.providersMax, registry: registry)
    provider = LabelDimension(valuesMax: configuration.providersMax, registry: registry)
    errorType = LabelDimension(valuesMax: Self.errorTypesMax, registry: registry)
  }

  /// A call of a model has ended.
  ///
  /// - Parameters:
  ///   - requestModel: the label of the model that was asked for.
  ///   - responseModel: the label of the one that answered.
  func record(_ call: CallRecord, _ details: GenAICall, requestModel: LabelValue, responseModel: LabelValue) {
    let labels = GenAILabels(
      operation: details.operation,
      provider: provider.value(GenAIProvider.name(of: call.provider, host: details.serverAddress)),
      requestModel: requestModel, responseModel: responseModel, address: address.value(details.serverAddress),
      port: details.serverPort)
    duration.resolve(GenAIDurationLabels(call: labels, error: error(of: call))).observe(call.durationMicroseconds)
    let prompt = call.usage.promptTokens
    for (type, count) in [(GenAITokenType.input, prompt), (.output, call.usage.replyTokens)] where count > 0 {
      tokens.resolve(GenAITokenLabels(call: labels, type: type)).observe(count)
    }
  }

  /// A run has ended: what the conventions call an invocation of an agent.
  func ended(agent: LabelValue, llmCalls: Int64, toolCalls count: Int64) {
    let labels = GenAIAgentLabels(agent: agent)
    inferenceCalls.resolve(labels).observe(llmCalls)
    toolCalls.resolve(labels).observe(count)
  }

  /// The status, or how a call ended that has none; nothing where it did not fail.
  private func error(of call: CallRecord) -> LabelValue {
    guard call.outcome != .ok else { return .none }
    return errorType.value(call.status >= 400 ? String(call.status) : call.outcome.rawValue)
  }
}

/// `gen_ai_token_type`.
private enum GenAITokenType: String, Sendable, ClosedLabelValue {
  case input, output

  static var labelName: StaticString { "gen_ai_token_type" }
}

/// What every metric of a call has.
private struct GenAILabels: Hashable, Sendable {
  var operation: GenAIOperation
  var provider: LabelValue
  var requestModel: LabelValue
  var responseModel: LabelValue
  var address: LabelValue
  var port: Int

  static let names: [StaticString] = [
    "gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "gen_ai_response_model", "server_address",
    "server_port",
  ]
  var texts: [String] {
    [operation.rawValue, provider.text, requestModel.text, responseModel.text, address.text, String(port)]
  }
  /// The operator names providers, and where they are.
  var folded: GenAILabels {
    var folded = self
    (folded.requestModel, folded.responseModel) = (.other, .other)
    return folded
  }
}

private struct GenAITokenLabels: LabelSet {
  var call: GenAILabels
  var type: GenAITokenType

  static var labelNames: [StaticString] { GenAILabels.names + [GenAITokenType.labelName] }
  var labelValues: [String] { call.texts + [type.rawValue] }
  var folded: GenAITokenLabels { GenAITokenLabels(call: call.folded, type: type) }
}

private struct GenAIDurationLabels: LabelSet {
  var call: GenAILabels
  var error: LabelValue

  static var labelNames: [StaticString] { GenAILabels.names + ["error_type"] }
  var labelValues: [String] { call.texts + [error.text] }
  var folded: GenAIDurationLabels { GenAIDurationLabels(call: call.folded, error: error) }
}

private struct GenAIAgentLabels: LabelSet {
  var agent: LabelValue

  static var labelNames: [StaticString] { ["gen_ai_agent_name"] }
  var labelValues: [String] { [agent.text] }
  var folded: GenAIAgentLabels { GenAIAgentLabels(agent: agent.folded) }
  var isConfigured: Bool { agent.isConfigured }
}

extension HistogramBuckets {
  /// OpenTelemetry's bounds for `gen_ai.client.token.usage`: powers of four up to 64 Mi.
  fileprivate static let genAITokens = HistogramBuckets(counts: (0...13).map { 1 << (2 * $0) })
  /// OpenTelemetry's bounds for `gen_ai.client.operation.duration`: 10 ms to 81.92 s, each the double of the one before.
  fileprivate static let genAIDuration = HistogramBuckets(microseconds: (0...13).map { 10_000 << $0 })
  /// 1 to 128 calls, each bound the double of the one before.
  fileprivate static let genAICalls = HistogramBuckets(counts: (0...7).map { 1 << $0 })
}
