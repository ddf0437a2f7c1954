import ArgumentParser
import Budgets
import Control
import Ledger
import Logging
import NIOHTTP1
import NIOPosix
import Observability

/// Where keys and tokens are kept, for commands that list and change them, and how their answers are printed.
struct CredentialAccessOptions: ParsableArguments {
  @Option(help: "text or json.")
  var format = CredentialFormat.text

  @OptionGroup var ledger: LedgerAccessOptions

  @Flag(
    help: "Open the data directory itself, which is made where it is missing: before the first start, or between two.")
  var offline = false

  /// What is answered to a question; the directory is given back after it.
  func answer(_ ask: (CredentialAccess) async throws -> JSONValue) async throws -> JSONValue {
    let access = try open()
    defer { access.close() }
    return try await ask(access)
  }

  private func open() throws -> CredentialAccess {
    guard offline else { return CredentialAccess(ledger: try ledger.open()) }
    let logger = Logger(label: "tollgate.keys", factory: { _ in SwiftLogNoOpLogHandler() })
    do {
      let path = ledger.data ?? Configuration().dataDirectory
      return CredentialAccess(
        ledger: .directory(try OfflineLedger(directory: path, creating: true, logger: logger, now: WallClock.now)))
    } catch let error as LedgerError {
      if case .heldByAnotherProcess(let directory, _) = error {
        throw CommandFailure("a proxy uses the data directory \(directory): leave out --offline, and it is asked")
      }
      throw CommandFailure(error.description)
    }
  }

  func validate() throws {
    guard !offline || ledger.control == nil else {
      throw ValidationError("--offline opens the data directory, and --control asks a proxy; give one of the two")
    }
  }
}

/// Keys and tokens, in the data directory where no proxy uses it, else by the proxy that does. Both answer with the same JSON.
struct CredentialAccess: Sendable {
  let ledger: LedgerAccess

  /// Gives the directory back.
  func close() { ledger.close() }

  /// Who changes something where no token says it.
  private var actor: String { "\(Bookkeeper.name(nil)) (offline)" }

  func keys() async throws -> JSONValue {
    try await ledger.answered(
      directory: { CredentialJSON.page(try await $0.credentials.snapshot().keys) },
      proxy: { try await $0.get("/api/v1/keys") })
  }

  func tokens() async throws -> JSONValue {
    try await ledger.answered(
      directory: { CredentialJSON.page(try await $0.credentials.snapshot().tokens) },
      proxy: { try await $0.get("/api/v1/tokens") })
  }

  func createKey(_ name: String, _ grant: KeyGrant) async throws -> JSONValue {
    try await ledger.answered(
      directory: {
        let issued = try await $0.credentials.createKey(name, grant, by: actor)
        return CredentialJSON.document(issued.key, text: issued.text)
      },
      proxy: { try await $0.post("/api/v1/keys", grant.body(name: name)) })
  }

  func rotateKey(_ name: String, overlapSeconds: Int64) async throws -> JSONValue {
    try await ledger.answered(
      directory: {
        let issued = try await $0.credentials.rotateKey(name, overlapSeconds: overlapSeconds, by: actor)
        return CredentialJSON.document(issued.key, text: issued.text)
      },
      proxy: {
        let body = JSONValue.object([("overlap_seconds", .count(overlapSeconds))])
        return try await $0.post("/api/v1/keys/\(QueryText.encoded(name))/rotate", body.bytes)
      })
  }

  func revokeKey(_ name: String) async throws -> JSONValue {
    try await ledger.answered(
      directory: { CredentialJSON.document(try await $0.credentials.revokeKey(name, by: actor)) },
      proxy: { try await $0.delete("/api/v1/keys/\(QueryText.encoded(name))") })
  }

  func createToken(_ name: String, _ role: ControlRole) async throws -> JSONValue {
    try await ledger.answered(
      directory: {
        let issued = try await $0.credentials.createToken(name, role, by: actor)
        return CredentialJSON.document(issued.token, text: issued.text)
      },
      proxy: {
        let body = JSONValue.object([("name", .string(name)), ("role", .string(role.rawValue))])
        return try await $0.post("/api/v1/tokens", body.bytes)
      })
  }

  func revokeToken(_ name: String) async throws -> JSONValue {
    try await ledger.answered(
      directory: { CredentialJSON.document(try await $0.credentials.revokeToken(name, by: actor)) },
      proxy: { try await $0.delete("/api/v1/tokens/\(QueryText.encoded(name))") })
  }
}

extension KeyGrant {
  /// The body of `POST /api/v1/keys`.
  fileprivate func body(name: String) -> [UInt8] {
    // A list that names nothing is left out: the API refuses it.
    func list(_ patterns: [BudgetPattern]) -> JSONValue {
      patterns.isEmpty ? .null : .array(patterns.map { .string($0.text) })
    }
    let fields = NameableField.allCases.filter(mayName.contains).map(\.rawValue)
    return JSONValue.object([
      ("name", .string(name)), ("agent", JSONValue(agent)), ("workflow", JSONValue(workflow)),
      ("team", JSONValue(team)), ("providers", list(providers)), ("models", list(models)), ("budgets", list(budgets)),
      ("may_name", .array(fields.map(JSONValue.string))), ("expires_at", JSONValue(expiresAt?.rfc3339)),
    ]).bytes
  }
}
