import ArgumentParser
import Ledger
import Upstream

/// The program's version.
enum Version {
  static let current = "0.1.0"
}

/// `tollgate version`.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version, and those of the libraries in use.")

  func run() {
    StandardStream.output.write(
      """
      tollgate \(Version.current)
      libcurl \(UpstreamClient.libcurlVersion)
      SQLite \(Ledger.sqliteVersion)

      """)
  }
}
