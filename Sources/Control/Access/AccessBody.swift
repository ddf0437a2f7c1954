internal import Budgets
internal import Ledger
internal import Metering
internal import Observability

/// The body of `POST /api/v1/keys`.
enum KeyBody {
  static let members = [
    "name", "agent", "workflow", "team", "providers", "models", "budgets", "may_name", "expires_at",
  ]

  static func grant(_ body: RequestBody) throws(ParameterError) -> (name: String, grant: KeyGrant) {
    try body.check(known: members)
    var grant = KeyGrant()
    grant.agent = try body.text("agent")
    grant.workflow = try body.text("workflow")
    grant.team = try body.text("team")
    grant.providers = try patterns("providers", body)
    grant.models = try patterns("models", body)
    grant.budgets = try patterns("budgets", body)
    if let fields = try body.texts("may_name") {
      grant.mayName = try mayName(fields)
    } else {
      if grant.agent != nil { grant.mayName.remove(.agent) }
      if grant.workflow != nil { grant.mayName.remove(.workflow) }
    }
    if try body.text("expires_at") != nil { grant.expiresAt = try body.instant("expires_at") }
    return (try body.requiredText("name"), grant)
  }

  private static func patterns(_ name: String, _ body: RequestBody) throws(ParameterError) -> [BudgetPattern] {
    try body.narrowing(name).map { BudgetPattern($0) }
  }

  private static func mayName(_ texts: [String]) throws(ParameterError) -> Set<NameableField> {
    var fields: Set<NameableField> = []
    for text in texts {
      guard let field = NameableField(rawValue: text) else {
        let all = NameableField.allCases.map(\.rawValue).joined(separator: ", ")
        throw ParameterError("may_name", value: text, accepted: "a list of \(all)")
      }
      fields.insert(field)
    }
    return fields
  }
}

/// The body of `POST /api/v1/keys/{name}/rotate`.
enum RotateBody {
  static let members = ["overlap_seconds"]

  static func overlapSeconds(_ body: RequestBody) throws(ParameterError) -> Int64 {
    try body.check(known: members)
    return try body.integer("overlap_seconds") ?? 0
  }
}

/// The body of `POST /api/v1/tokens`.
enum TokenBody {
  static let members = ["name", "role"]

  static func token(_ body: RequestBody) throws(ParameterError) -> (name: String, role: ControlRole) {
    try body.check(known: members)
    let text = try body.requiredText("role")
    guard let role = ControlRole(rawValue: text) else {
      let all = ControlRole.allCases.map(\.rawValue).joined(separator: ", ")
      throw ParameterError("role", value: text, accepted: "one of \(all)")
    }
    let name = try body.requiredText("name")
    // The audit log could not tell the two apart.
    guard name != Actor.owner.name else {
      throw ParameterError("name", value: name, accepted: "another name than that of Tollgate's own token")
    }
    return (name, role)
  }
}
