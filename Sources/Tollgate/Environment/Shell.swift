import ArgumentParser

/// A shell that is to take over environment variables.
enum Shell: String, CaseIterable, ExpressibleByArgument {
  case sh, fish, powershell

  /// One line that sets a variable. The value cannot end the quotation or start a substitution, whatever it is.
  func setting(_ name: String, to value: String) -> String {
    switch self {
    case .sh: "export \(name)='\(value.replacing("'", with: "'\\''"))'"
    case .fish: "set -gx \(name) '\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    case .powershell: "$env:\(name) = '\(value.replacing("'", with: "''"))'"
    }
  }

  /// How `command`'s output is taken over.
  func takingOver(_ command: String) -> String {
    switch self {
    case .sh: "eval \"$(\(command))\""
    case .fish: "\(command) | source"
    case .powershell: "\(command) | Out-String | Invoke-Expression"
    }
  }
}
