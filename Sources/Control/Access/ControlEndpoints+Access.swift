internal import Budgets
internal import Ledger
internal import Observability

/// Who may do what, and who changed what.
extension ControlEndpoints {
  func keys() async throws -> ControlAnswer {
    .json(CredentialJSON.page(try await queries.credentials.snapshot().keys))
  }

  func tokens() async throws -> ControlAnswer {
    .json(CredentialJSON.page(try await queries.credentials.snapshot().tokens))
  }

  func audit(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try AuditParameters.filter(parameters, now: now())
    let rows = try await queries.credentials.audit(filter)
    return .json(CredentialJSON.page(rows, next: filter.isFull(rows) ? rows.last?.id : nil))
  }

  func createKey(_ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    let (name, grant) = try KeyBody.grant(body)
    try checkBudgets(of: grant)
    let issued = try await queries.credentials.createKey(name, grant, actor.name)
    return .json(CredentialJSON.document(issued.key, text: issued.text), status: 201)
  }

  /// A key that names a budget which does not exist would be limited by nothing.
  private func checkBudgets(of grant: KeyGrant) throws {
    guard !grant.budgets.isEmpty else { return }
    let known = queries.budgets.definitions().map(\.name)
    for pattern in grant.budgets where !known.contains(where: pattern.matches) {
      throw ParameterError("budgets", value: pattern.text, accepted: "names of budgets, * standing for anything")
    }
  }

  func rotateKey(_ name: String, _ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    let issued = try await queries.credentials.rotateKey(name, try RotateBody.overlapSeconds(body), actor.name)
    return .json(CredentialJSON.document(issued.key, text: issued.text))
  }

  func revokeKey(_ name: String, by actor: Actor) async throws -> ControlAnswer {
    .json(CredentialJSON.document(try await queries.credentials.revokeKey(name, actor.name)))
  }

  func createToken(_ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    let (name, role) = try TokenBody.token(body)
    let issued = try await queries.credentials.createToken(name, role, actor.name)
    return .json(CredentialJSON.document(issued.token, text: issued.text), status: 201)
  }

  func revokeToken(_ name: String, by actor: Actor) async throws -> ControlAnswer {
    .json(CredentialJSON.document(try await queries.credentials.revokeToken(name, actor.name)))
  }
}

/// What the control plane asks of keys, tokens and the audit log. Changes are made in the name of an actor, the last argument.
struct ControlCredentials: Sendable {
  var snapshot: @Sendable () async throws -> AccessSnapshot
  var audit: @Sendable (AuditFilter) async throws -> [AuditEntry]
  var createKey: @Sendable (_ name: String, KeyGrant, _ actor: String) async throws -> IssuedKey
  var rotateKey: @Sendable (_ name: String, _ overlapSeconds: Int64, _ actor: String) async throws -> IssuedKey
  var revokeKey: @Sendable (_ name: String, _ actor: String) async throws -> VirtualKey
  var createToken: @Sendable (_ name: String, ControlRole, _ actor: String) async throws -> IssuedToken
  var revokeToken: @Sendable (_ name: String, _ actor: String) async throws -> NamedToken
}

extension ControlCredentials {
  init(_ book: CredentialBook) {
    self.init(
      snapshot: { try await book.snapshot() }, audit: { try await book.audit($0) },
      createKey: { try await book.createKey($0, $1, by: $2) },
      rotateKey: { try await book.rotateKey($0, overlapSeconds: $1, by: $2) },
      revokeKey: { try await book.revokeKey($0, by: $1) },
      createToken: { try await book.createToken($0, $1, by: $2) },
      revokeToken: { try await book.revokeToken($0, by: $1) })
  }
}
