internal import Budgets
internal import Escalation
internal import Observability

/// Limits, what is spent of them, and what they would do.
extension ControlEndpoints {
  func budgets() -> ControlAnswer { .json(BudgetStatusJSON.page(queries.budgets.states(nil))) }

  func budget(_ name: String) throws -> ControlAnswer { .json(BudgetStatusJSON.document(try status(of: name))) }

  func explain(_ parameters: QueryParameters) throws -> ControlAnswer {
    .json(CallExplanationJSON.document(try queries.budgets.explain(try ExplainQuery.question(parameters))))
  }

  func simulate(_ body: RequestBody) async throws -> ControlAnswer {
    let question = try SimulationBody.question(body, now: now())
    return .json(
      BudgetSimulationJSON.document(try await queries.budgets.simulate(question.definitions, question.range)))
  }

  /// - Parameter isPartial: whether what the body leaves out stays as it is.
  func setBudget(_ name: String, _ body: RequestBody, isPartial: Bool, by actor: Actor) async throws -> ControlAnswer {
    let former = try await queries.budgets.set(name, actor.name) { known in
      guard known != nil || !isPartial else { throw Self.noSuchBudget }
      let definition = try BudgetBody.definition(body, name: name, changing: isPartial ? known : nil)
      if body.contains("alerts") { try checkReceivers(of: definition) }
      return definition
    }
    return .json(BudgetStatusJSON.document(try status(of: name)), status: former == nil ? 201 : 200)
  }

  /// An alert for a receiver that is not there would be told to nobody.
  private func checkReceivers(of definition: BudgetDefinition) throws {
    let known = queries.alerts.receivers().map(\.name)
    for name in definition.alerts.flatMap(\.receivers) where !known.contains(name) {
      throw ParameterError(
        "to", value: name,
        accepted: known.isEmpty
          ? "nothing: the configuration has no receivers" : "one of \(known.joined(separator: ", "))")
    }
  }

  func removeBudget(_ name: String, by actor: Actor) async throws -> ControlAnswer {
    let removed = try status(of: name)
    try await queries.budgets.remove(name, actor.name)
    return .json(BudgetStatusJSON.document(removed))
  }

  func raiseBudget(_ name: String, _ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    guard let known = queries.budgets.definitions().first(where: { $0.name == name }) else { throw Self.noSuchBudget }
    let (raise, unit) = try RaiseBody.raise(body, of: known, now: now())
    try await queries.budgets.raise(name, raise, unit, actor.name)
    return .json(BudgetStatusJSON.document(try status(of: name)), status: 201)
  }

  private func status(of name: String) throws -> BudgetStatus {
    guard let status = queries.budgets.states(name).first else { throw Self.noSuchBudget }
    return status
  }

  private static let noSuchBudget = Problem(
    404, "No such budget", "There is no budget of that name; /api/v1/budgets lists them.")
}
