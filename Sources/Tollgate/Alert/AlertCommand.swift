import ArgumentParser
import Control
import Ledger

/// `tollgate alert`: what was told to whom, and whether receivers work.
struct AlertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alert",
    abstract: "List alerts and what became of their messages, test a receiver, or send messages again.",
    discussion: """
      Receivers stand in the configuration, under receivers.

        tollgate alert list
        tollgate alert list --status firing --format json
        tollgate alert test ops
        tollgate alert redeliver --receiver ops
        tollgate alert redeliver --message msg_0123456789abcdefghjkmnpqrs
      """,
    subcommands: [AlertListCommand.self, AlertTestCommand.self, AlertRedeliverCommand.self],
    defaultSubcommand: AlertListCommand.self)
}

/// `tollgate alert list`, which is the default.
struct AlertListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List alerts, the newest first.")

  /// What an alert can be.
  enum Status: String, CaseIterable, ExpressibleByArgument {
    case firing, resolved
  }

  @Option(help: "Only those that are firing, or resolved (default: both).")
  var status: Status?

  @Option(help: "Only those of this rule, such as budget_threshold.", transform: usage(rule))
  var rule: AlertRule?

  @OptionGroup var list: ListOptions

  @Option(help: "table or json.")
  var format = PriceFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let ledger = try access.open()
    defer { ledger.close() }
    var filter = AlertFilter()
    filter.isFiring = status.map { $0 == .firing }
    filter.rule = rule
    filter.limit = list.limit
    let page = try await ledger.alerts(filter)
    switch format {
    case .json: StandardStream.output.write(page.text + "\n")
    case .table:
      let rows = page["rows"].arrayValue
      StandardStream.output.write(rows.isEmpty ? "There is no alert.\n" : AlertTable(rows: rows).text)
    }
  }

  private static let rule: @Sendable (String) throws(MalformedText) -> AlertRule = { text throws(MalformedText) in
    guard let rule = AlertRule(rawValue: text) else {
      throw MalformedText(unknownChoice(text, among: AlertRule.allCases.map(\.rawValue)))
    }
    return rule
  }
}

/// `tollgate alert test`.
struct AlertTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Have the running proxy send a receiver a message that says that nothing is wrong.",
    discussion: "Exits with 1 where the receiver does not take it.")

  @Argument(help: "The receiver's name in the configuration.")
  var receiver: String

  @OptionGroup var proxy: RunningProxyOptions

  func run() async throws {
    let answer = try await proxy.post("/api/v1/receivers/\(QueryText.encoded(receiver))/test", .object([]))
    let outcome = answer["outcome"].stringValue ?? ""
    guard answer["delivered"].boolValue == true else {
      throw CommandFailure("\(receiver) did not take the message: \(outcome)")
    }
    StandardStream.output.write("\(receiver) took the message: \(outcome)\n")
  }
}

/// `tollgate alert redeliver`.
struct AlertRedeliverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redeliver",
    abstract: "Send again what waits for a receiver or was given up for it, or one message; ids stay as they were.")

  @Option(help: ArgumentHelp("Everything that waits for this receiver, or was given up.", valueName: "name"))
  var receiver: String?

  @Option(help: ArgumentHelp("This message, whatever has become of it.", valueName: "id"))
  var message: String?

  @OptionGroup var proxy: RunningProxyOptions

  func validate() throws {
    guard (receiver == nil) != (message == nil) else { throw ValidationError("name one: --receiver or --message") }
  }

  func run() async throws {
    let member = receiver.map { ("receiver", JSONValue.string($0)) } ?? ("message", JSONValue(message))
    let answer = try await proxy.post("/api/v1/alerts/redeliver", .object([member]))
    let count = answer["messages"].integerValue ?? 0
    StandardStream.output.write(count == 1 ? "1 message is sent again\n" : "\(count) messages are sent again\n")
  }
}
