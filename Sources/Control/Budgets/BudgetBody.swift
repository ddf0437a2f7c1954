public import Budgets
internal import JSON
internal import Ledger
public import Metering
internal import Observability

/// A budget as bodies write it: the keys and texts of the configuration.
enum BudgetBody {
  static let members = [
    "name", "match", "each", "limit", "every", "timezone", "mode", "bound", "clamp", "on_exhausted", "alerts",
    "subscriptions",
  ]

  /// - Parameters:
  ///   - name: which budget the path names; nil where the body has to.
  ///   - former: what a member that is missing leaves as it is; nil gives it its default.
  static func definition(
    _ body: RequestBody, name: String?, changing former: BudgetDefinition? = nil
  ) throws -> BudgetDefinition {
    try body.check(known: members)
    let named = try body.text("name")
    if let name, let named, name != named {
      throw ParameterError("name", value: named, accepted: "the name that the path has, or nothing")
    }
    guard let name = name ?? named else { throw ParameterError("name", value: "", accepted: "the name of the budget") }
    var definition = former ?? BudgetDefinition(name: name, limit: BudgetLimit(unit: .usd, amount: 0))
    if let limit = try body.value("limit", accepted: BudgetLimit.accepted, BudgetLimit.init) {
      definition.limit = limit
    } else if former == nil {
      throw ParameterError("limit", value: "", accepted: BudgetLimit.accepted)
    }
    if body.contains("match") { definition.match = try match(body) }
    if body.contains("each") { definition.each = try body.choice("each") }
    if definition.each == .run, former?.each != .run { definition.period = .total }
    if let period = try body.value("every", accepted: BudgetPeriod.accepted, BudgetPeriod.init) {
      definition.period = period
    }
    if let zone = try body.text("timezone") { definition.timeZone = zone }
    if let mode: BudgetMode = try body.choice("mode") { definition.mode = mode }
    if let bound: BudgetBound = try body.choice("bound") { definition.bound = bound }
    if let action: ExhaustionAction = try body.choice("on_exhausted") { definition.onExhausted = action }
    if let clamps = try body.switched("clamp") { definition.clamps = clamps }
    if let counts = try body.switched("subscriptions") { definition.countsSubscriptions = counts }
    if body.contains("alerts") { definition.alerts = try body.objects("alerts").map(alert) }
    do throws(BudgetDefinitionError) {
      try definition.validate()
    } catch {
      throw Problem(422, "Not a budget", "\(error).")
    }
    return definition
  }

  private static func match(_ body: RequestBody) throws -> BudgetMatch {
    guard let lists = try body.object("match") else { return BudgetMatch() }
    try lists.check(known: BudgetMatch().lists.map(\.dimension.rawValue))
    func patterns(_ dimension: BudgetDimension) throws -> [BudgetPattern] {
      try lists.oneOrMore(dimension.rawValue).map { text in
        guard 1...256 ~= text.utf8.count, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
          throw ParameterError(
            dimension.rawValue, value: text, accepted: "names and globs of 1 to 256 bytes, without control characters")
        }
        return BudgetPattern(text)
      }
    }
    return BudgetMatch(
      agent: try patterns(.agent), workflow: try patterns(.workflow), key: try patterns(.key),
      team: try patterns(.team),
      provider: try patterns(.provider), model: try patterns(.model))
  }

  private static func alert(_ body: RequestBody) throws -> BudgetAlert {
    try body.check(known: ["at", "to"])
    let accepted = BudgetAlert.Condition.accepted
    guard let condition = try body.value("at", accepted: accepted, BudgetAlert.Condition.init) else {
      throw ParameterError("at", value: "", accepted: accepted)
    }
    let receivers = try body.oneOrMore("to")
    for receiver in receivers where !isName(receiver) {
      throw ParameterError("to", value: receiver, accepted: "names of receivers")
    }
    return BudgetAlert(condition, receivers: receivers)
  }

  private static func isName(_ text: String) -> Bool {
    1...128 ~= text.utf8.count && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ",") }
  }
}

/// The body of `POST /api/v1/budgets/{name}/raise`.
enum RaiseBody {
  static let members = ["amount", "until", "for", "reason", "scope"]

  static func raise(
    _ body: RequestBody, of budget: BudgetDefinition, now: Timestamp
  ) throws -> (raise: BudgetRaise, unit: BudgetUnit) {
    try body.check(known: members)
    guard let amount = try body.value("amount", accepted: BudgetLimit.accepted, BudgetLimit.init) else {
      throw ParameterError("amount", value: "", accepted: BudgetLimit.accepted)
    }
    let scope = try body.text("scope")
    if let scope, !budget.hasScope(scope) {
      throw ParameterError(
        "scope", value: scope, accepted: budget.each.map { "\($0.rawValue)= and a name" } ?? "all, or nothing")
    }
    return (
      BudgetRaise(
        amount: amount.amount, until: try end(body, now: now), reason: try body.requiredText("reason"), scope: scope),
      amount.unit
    )
  }

  private static func end(_ body: RequestBody, now: Timestamp) throws(ParameterError) -> Timestamp {
    guard let duration = try body.text("for") else { return try body.instant("until") }
    guard try body.text("until") == nil else {
      throw ParameterError("for", value: duration, accepted: "either until or for, not both")
    }
    guard let seconds = QueryDuration.seconds(duration) else {
      throw ParameterError("for", value: duration, accepted: QueryDuration.accepted)
    }
    return Timestamp(unixMicroseconds: now.unixMicroseconds &+ seconds &* 1_000_000)
  }
}

/// The body of `POST /api/v1/simulate`.
enum SimulationBody {
  static let members = ["budgets", "since", "from", "to", "tz"]

  static func question(
    _ body: RequestBody, now: Timestamp
  ) throws -> (definitions: [BudgetDefinition], range: TimeRange) {
    try body.check(known: members)
    let definitions = try body.objects("budgets").map { try BudgetBody.definition($0, name: nil) }
    guard !definitions.isEmpty else {
      throw ParameterError("budgets", value: "", accepted: "a list of at least one budget")
    }
    let range = try TimeRange(
      since: try body.text("since"), from: try body.text("from"), to: try body.text("to"), tz: try body.text("tz"),
      now: now)
    return (definitions, range)
  }
}

/// The parameters of `GET /api/v1/explain`.
enum ExplainQuery {
  static let parameters = [
    "model", "provider", "agent", "workflow", "run", "key", "team", "input_tokens", "max_tokens", "call",
  ]

  static func question(_ parameters: QueryParameters) throws(ParameterError) -> BudgetQuestion {
    guard let model = parameters["model"], !model.isEmpty else {
      throw ParameterError("model", value: "", accepted: "the name of a model")
    }
    var question = BudgetQuestion(
      model: model, agent: parameters["agent"] ?? "unknown", workflow: parameters["workflow"] ?? "default",
      inputTokens: try count("input_tokens", parameters) ?? inputTokensDefault)
    question.provider = parameters["provider"]
    question.run = parameters["run"]
    question.key = parameters["key"]
    question.team = parameters["team"]
    question.maxTokens = try count("max_tokens", parameters)
    question.call = try parameters["call"].map { text throws(ParameterError) in
      guard let call = CallID(text) else {
        throw ParameterError("call", value: text, accepted: "the id of a call, as `x-tollgate-call` has it")
      }
      return call
    }
    return question
  }

  /// The prompt of a call that nothing is said about.
  static let inputTokensDefault: Int64 = 1_000

  private static func count(_ name: String, _ parameters: QueryParameters) throws(ParameterError) -> Int64? {
    guard let text = parameters[name] else { return nil }
    guard let count = Int64(text), 0...1_000_000_000 ~= count else {
      throw ParameterError(name, value: text, accepted: "a whole number up to 1,000,000,000")
    }
    return count
  }
}

extension BudgetDefinition {
  /// Whether a scope can be one of the budget's.
  func hasScope(_ scope: String) -> Bool {
    guard let each else { return scope == "all" }
    return scope.hasPrefix("\(each.rawValue)=")
  }
}

/// What bodies of budgets mean, for commands that change a ledger without a proxy.
public enum BudgetDocument {
  /// The budget that a body makes, or changes.
  ///
  /// - Throws: ``ParameterError``, or `LedgerError.refused`.
  public static func definition(
    _ json: [UInt8], name: String, changing former: BudgetDefinition?
  ) throws -> BudgetDefinition {
    try refusing { try BudgetBody.definition(try RequestBody(json), name: name, changing: former) }
  }

  /// The raise that a body asks for.
  ///
  /// - Throws: as ``definition(_:name:changing:)``.
  public static func raise(
    _ json: [UInt8], of budget: BudgetDefinition, now: Timestamp
  ) throws -> (raise: BudgetRaise, unit: BudgetUnit) {
    try refusing { try RaiseBody.raise(try RequestBody(json), of: budget, now: now) }
  }

  private static func refusing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let problem as Problem {
      throw LedgerError.refused(problem.detail)
    }
  }
}
