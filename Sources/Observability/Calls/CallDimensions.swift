internal import Metering

/// The bounded labels of calls.
struct CallDimensions: Sendable {
  let provider: LabelDimension
  let tool: LabelDimension
  private let model: LabelDimension
  let agent: LabelDimension
  let workflow: LabelDimension
  private let team: LabelDimension
  private let bookModel: @Sendable (_ provider: String, _ model: String) -> String?

  init(
    _ configuration: CallMetricsConfiguration, registry: MetricsRegistry,
    bookModel: @escaping @Sendable (_ provider: String, _ model: String) -> String?
  ) {
    self.bookModel = bookModel
    provider = LabelDimension(
      configured: configuration.providers, valuesMax: configuration.providersMax, registry: registry)
    model = LabelDimension(valuesMax: configuration.modelsMax, registry: registry)
    agent = LabelDimension(configured: configuration.agents, valuesMax: configuration.agentsMax, registry: registry)
    workflow = LabelDimension(
      configured: configuration.workflows, valuesMax: configuration.workflowsMax, registry: registry)
    team = LabelDimension(valuesMax: configuration.teamsMax, registry: registry)
    tool = LabelDimension(configured: configuration.tools, valuesMax: configuration.toolsMax, registry: registry)
  }

  func party(of call: CallRecord) -> CallParty {
    CallParty(
      provider: provider.value(call.provider), model: model.value(model(of: call)), agent: agent.value(call.agent),
      workflow: workflow.value(call.workflow))
  }

  /// The model that was asked for, as far as the price book knows it.
  func requestModel(of call: CallRecord) -> LabelValue {
    guard let name = call.modelRequested else { return .unknown }
    return model.value(bookModel(call.provider, name))
  }

  /// The team of a call's virtual key; the empty text where it has none.
  func team(of call: CallRecord) -> LabelValue { call.team.map { team.value($0) } ?? .none }

  /// Every combination of what is configured, as far as there is room for it.
  func configuredParties(_ configuration: CallMetricsConfiguration) -> [CallParty] {
    var parties: [CallParty] = []
    for (providerName, modelName) in configuration.models {
      for agentName in configuration.agents {
        for workflowName in configuration.workflows where parties.count < CallMetricsConfiguration.combinationsMax {
          parties.append(
            CallParty(
              provider: provider.value(providerName), model: model.value(bookModel(providerName, modelName)),
              agent: agent.value(agentName), workflow: workflow.value(workflowName)))
        }
      }
    }
    return parties
  }

  private func model(of call: CallRecord) -> String? {
    if let pricedAs = call.pricedAs { return pricedAs }
    guard let name = call.model ?? call.modelRequested else { return nil }
    return bookModel(call.provider, name)
  }
}
