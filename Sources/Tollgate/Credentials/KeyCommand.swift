import ArgumentParser
import Budgets
import Ledger
import Metering
import Observability

/// `tollgate key`: virtual keys.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Give out keys of Tollgate's own, and take them back.",
    discussion: """
      A virtual key takes the place of a provider's key, which then stays with Tollgate. It says who calls, and what it may
      call. It is shown once; what is kept is its digest. A running proxy makes it, which takes the token in its data directory;
      where none runs, the data directory is opened, and with --offline it is made.

        tollgate key create nightly --workflow nightly --team data --providers openai --models "gpt-5*" --expires 90d
        OPENAI_API_KEY=$(tollgate key create ci --may-name run) 
        tollgate key list
        tollgate key rotate nightly --overlap 24h
        tollgate key revoke nightly
      """,
    subcommands: [
      KeyCreateCommand.self, KeyListCommand.self, KeyRotateCommand.self, KeyRevokeCommand.self,
    ])
}

/// `tollgate key create`.
struct KeyCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a key, and print it once.")

  @OptionGroup var name: NameArgument

  @Option(help: "The agent of every call; without it the holder names it.")
  var agent: String?

  @Option(help: "The workflow of every call; without it the holder names it.")
  var workflow: String?

  @Option(help: "Who answers for the cost.")
  var team: String?

  @Option(
    name: [.long, .customLong("provider")],
    help: ArgumentHelp(
      "Providers that may be called, with commas; * stands for anything (default: all).", valueName: "names"))
  var providers: [String] = []

  @Option(
    name: [.long, .customLong("model")],
    help: ArgumentHelp("Models that may be called, likewise (default: all).", valueName: "names"))
  var models: [String] = []

  @Option(
    name: [.long, .customLong("budget")],
    help: ArgumentHelp("Budgets that its calls count in, whatever those match.", valueName: "names"))
  var budgets: [String] = []

  @Option(
    help: ArgumentHelp(
      "What its holder may name: of agent, workflow and run, with commas; \"\" for nothing (default: what the key does not bind).",
      valueName: "fields"),
    transform: usage(Self.fields))
  var mayName: Set<NameableField>?

  @Option(
    name: [.long, .customLong("expires-at")],
    help: ArgumentHelp("When it ends: after 90d, or at a date or time (UTC) (default: never).", valueName: "time"),
    transform: usage(Self.expiry))
  var expires: Timestamp?

  @OptionGroup var access: CredentialAccessOptions

  func validate() throws {
    // An empty list allows everything, which is not what somebody means who writes down what is allowed.
    for (option, values) in [("providers", providers), ("models", models), ("budgets", budgets)]
    where !values.isEmpty && Self.list(values).isEmpty {
      throw ValidationError("--\(option) names nothing; leave it out, or name what is allowed")
    }
    let bound: [(NameableField, String?)] = [(.agent, agent), (.workflow, workflow)]
    for case (let field, .some) in bound where mayName?.contains(field) == true {
      throw ValidationError("--\(field.rawValue) binds what --may-name leaves to the holder; give one of the two")
    }
  }

  func run() async throws {
    let issued = try await access.answer { try await $0.createKey(try name.text, grant) }
    access.format.write(issued: issued, noun: "key")
  }

  private var grant: KeyGrant {
    var grant = KeyGrant()
    grant.agent = agent
    grant.workflow = workflow
    grant.team = team
    grant.providers = Self.list(providers).map { BudgetPattern($0) }
    grant.models = Self.list(models).map { BudgetPattern($0) }
    grant.budgets = Self.list(budgets).map { BudgetPattern($0) }
    grant.mayName = mayName ?? Set(NameableField.allCases)
    if agent != nil { grant.mayName.remove(.agent) }
    if workflow != nil { grant.mayName.remove(.workflow) }
    grant.expiresAt = expires
    return grant
  }

  private static func list(_ values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
  }

  private static let fields: @Sendable (String) throws(MalformedText) -> Set<NameableField> = {
    text throws(MalformedText) in
    var fields: Set<NameableField> = []
    for name in list([text]) {
      guard let field = NameableField(rawValue: name) else {
        throw MalformedText(unknownChoice(name, among: NameableField.allCases.map(\.rawValue)))
      }
      fields.insert(field)
    }
    return fields
  }

  private static let expiry: @Sendable (String) throws(MalformedText) -> Timestamp = { text throws(MalformedText) in
    if let instant = Timestamp(rfc3339: text) ?? Timestamp(date: text, utcOffsetSeconds: 0) { return instant }
    guard let span = try? TimeSpan(parsing: text) else {
      throw MalformedText("\"\(text)\" is no time; write 90d, 2027-01-31, or 2027-01-31T12:00:00Z")
    }
    return Timestamp(unixMicroseconds: WallClock.now().unixMicroseconds &+ span.milliseconds &* 1000)
  }
}

/// `tollgate key list`.
struct KeyListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List keys; never what they are.")

  @OptionGroup var access: CredentialAccessOptions

  func run() async throws {
    access.format.write(page: try await access.answer { try await $0.keys() }, CredentialTable.keys)
  }
}

/// `tollgate key rotate`.
struct KeyRotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Give a key another secret, and print it once.")

  @OptionGroup var name: NameArgument

  @Option(
    help: ArgumentHelp("For how long the former secret is taken too, 30d at most (default: 0s).", valueName: "time"),
    transform: usage(TimeSpan.init(parsing:)))
  var overlap: TimeSpan?

  @OptionGroup var access: CredentialAccessOptions

  func run() async throws {
    let seconds = (overlap?.milliseconds ?? 0) / 1000
    let issued = try await access.answer { try await $0.rotateKey(try name.text, overlapSeconds: seconds) }
    access.format.write(issued: issued, noun: "key")
  }
}

/// `tollgate key revoke`.
struct KeyRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End a key at once. Calls under way go on.")

  @OptionGroup var name: NameArgument

  @OptionGroup var access: CredentialAccessOptions

  func run() async throws {
    let revoked = try await access.answer { try await $0.revokeKey(try name.text) }
    access.format.write(revoked: revoked, noun: "key")
  }
}
