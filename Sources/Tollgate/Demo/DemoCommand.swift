import ArgumentParser
import Gateway
import Logging
import NIOPosix
import Observability
import ServiceLifecycle

/// `tollgate demo`.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "See it at work without a key: the proxy, a simulated endpoint, and three agents.",
    discussion: """
      The agents make real calls over HTTP through the proxy; only the endpoint behind it makes its replies up. Prices are
      those of the models that the agents ask for. No call leaves this machine.

        tollgate demo
        tollgate demo --seconds 20 --seed 7
        tollgate demo --data ./demo-data
      """)

  @Option(help: "How long the agents work.")
  var seconds = 60

  @Option(help: "The same seed lets the agents do the same.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Where agents connect (default: 127.0.0.1:4100).", valueName: "addr"),
    transform: usage(ListenAddress.init(parsing:)))
  var listen = ListenSection().dataPlane

  @Option(
    help: ArgumentHelp("Where /metrics and the API are (default: 127.0.0.1:4101).", valueName: "addr"),
    transform: usage(ListenAddress.init(parsing:)))
  var control = ListenSection().control

  @Option(help: ArgumentHelp("Keep the ledger in this directory (default: a temporary one).", valueName: "dir"))
  var data: String?

  func validate() throws {
    guard (1...86_400).contains(seconds) else { throw ValidationError("--seconds is a number from 1 to 86400") }
  }

  func run() async throws {
    ProcessLimits.prepare()
    let directory = try DemoDirectory(named: data)
    defer { directory.remove() }
    let demo = Demo(
      listen: listen, control: control, dataDirectory: directory.path, seconds: seconds, seed: seed,
      group: MultiThreadedEventLoopGroup.singleton)
    StandardStream.output.write("\n" + (try await demo.run().tableText))
    if data != nil { StandardStream.output.write("\nThe ledger is kept: tollgate report --data \(directory.path)\n") }
  }
}
