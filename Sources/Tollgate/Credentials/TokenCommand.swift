import ArgumentParser
import Ledger

/// `tollgate token`: tokens of the control plane.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Give out named tokens of the control plane, and take them back.",
    discussion: """
      The token in the file control.token of the data directory may do everything. Others have a name, which the audit log
      shows, and a role: metrics reads /metrics, viewer reads everything, approver decides about held calls too, admin changes
      everything. It is shown once; what is kept is its digest.

        tollgate token create prometheus --role metrics
        TOLLGATE_CONTROL_TOKEN=$(tollgate token create anna --role admin) tollgate key list --control http://10.0.0.5:4101
        tollgate token list
        tollgate token revoke anna
      """,
    subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}

/// `tollgate token create`.
struct TokenCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a token, and print it once.")

  @OptionGroup var name: NameArgument

  @Option(help: "metrics, viewer, approver or admin.", transform: usage(Self.role))
  var role: ControlRole

  @OptionGroup var access: CredentialAccessOptions

  func run() async throws {
    let issued = try await access.answer { try await $0.createToken(try name.text, role) }
    access.format.write(issued: issued, noun: "token")
  }

  private static let role: @Sendable (String) throws(MalformedText) -> ControlRole = { text throws(MalformedText) in
    guard let role = ControlRole(rawValue: text) else {
      throw MalformedText(unknownChoice(text, among: ControlRole.allCases.map(\.rawValue)))
    }
    return role
  }
}

/// `tollgate token list`.
struct TokenListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List tokens; never what they are.")

  @OptionGroup var access: CredentialAccessOptions

  func run() async throws {
    access.format.write(page: try await access.answer { try await $0.tokens() }, CredentialTable.tokens)
  }
}

/// `tollgate token revoke`.
struct TokenRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "revoke", abstract: "End a token at once.")

  @OptionGroup var name: NameArgument

  @OptionGroup var access: CredentialAccessOptions

  func run() async throws {
    let revoked = try await access.answer { try await $0.revokeToken(try name.text) }
    access.format.write(revoked: revoked, noun: "token")
  }
}
