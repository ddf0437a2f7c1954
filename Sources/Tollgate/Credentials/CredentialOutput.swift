import ArgumentParser

/// A name, as an argument or as `--name`.
struct NameArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("Its name, or the id that a list shows.", valueName: "name"))
  var argument: String?

  @Option(name: .customLong("name"), help: .hidden)
  var option: String?

  func validate() throws {
    guard (argument == nil) != (option == nil) else { throw ValidationError("give one name") }
  }

  var text: String {
    get throws {
      guard let name = argument ?? option else { throw ValidationError("give one name") }
      return name
    }
  }
}

/// How keys and tokens are printed.
enum CredentialFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json

  /// Prints what was made. The secret stands alone on standard output, so that a script can take it.
  func write(issued: JSONValue, noun: String) {
    guard self == .text else { return StandardStream.output.write(issued.text + "\n") }
    let name = issued["name"].stringValue ?? ""
    let id = issued["id"].stringValue ?? ""
    StandardStream.error.write(
      "The \(noun) \(name) (\(id)) is shown this once; Tollgate keeps only its digest.\n")
    StandardStream.output.write((issued["secret"].stringValue ?? "") + "\n")
  }

  /// Prints a list, as a table for people.
  func write(page: JSONValue, _ table: ([JSONValue]) -> String) {
    let text = self == .json ? page.text + "\n" : table(page["rows"].arrayValue)
    StandardStream.output.write(text)
  }

  func write(revoked: JSONValue, noun: String) {
    guard self == .text else { return StandardStream.output.write(revoked.text + "\n") }
    StandardStream.output.write("The \(noun) \(revoked["name"].stringValue ?? "") is revoked.\n")
  }
}

/// Keys and tokens for people.
enum CredentialTable {
  static func keys(_ rows: [JSONValue]) -> String {
    table(
      rows, none: "There are no keys.\n",
      [
        ("NAME", { $0["name"].stringValue ?? "" }), ("ID", { $0["id"].stringValue ?? "" }),
        ("AGENT", { $0["agent"].stringValue ?? "" }), ("WORKFLOW", { $0["workflow"].stringValue ?? "" }),
        ("TEAM", { $0["team"].stringValue ?? "" }), ("PROVIDERS", { list($0["providers"]) }),
        ("MODELS", { list($0["models"]) }), ("EXPIRES", { date($0["expires_at"]) }), ("STATE", state),
      ])
  }

  static func tokens(_ rows: [JSONValue]) -> String {
    table(
      rows, none: "There are no tokens but the one of the data directory.\n",
      [
        ("NAME", { $0["name"].stringValue ?? "" }), ("ID", { $0["id"].stringValue ?? "" }),
        ("ROLE", { $0["role"].stringValue ?? "" }), ("CREATED", { date($0["created"]["at"]) }),
        ("BY", { $0["created"]["by"].stringValue ?? "" }), ("STATE", state),
      ])
  }

  private static func table(
    _ rows: [JSONValue], none: String, _ columns: [(title: String, cell: (JSONValue) -> String)]
  ) -> String {
    guard !rows.isEmpty else { return none }
    var table = TextTable(columns: columns.map { (title: $0.title, alignment: .left) })
    table.rows = rows.map { row in columns.map { $0.cell(row) } }
    return table.lines.map { $0 + "\n" }.joined()
  }

  private static func list(_ value: JSONValue) -> String {
    value.arrayValue.isEmpty ? "all" : value.arrayValue.compactMap(\.stringValue).joined(separator: ",")
  }

  private static func date(_ value: JSONValue) -> String { String((value.stringValue ?? "").prefix(10)) }

  private static func state(_ row: JSONValue) -> String {
    row["revoked"]["at"].stringValue.map { "revoked \($0.prefix(10))" } ?? "in force"
  }
}
