import ArgumentParser
import NIOPosix
import Observability

/// `tollgate simulate-endpoint`: the demo's endpoint alone, as the real server of tests. Not listed in the help.
struct SimulateEndpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate-endpoint",
    abstract: "Run an endpoint that speaks OpenAI's and Anthropic's APIs and makes its replies up.",
    discussion: """
      Prints its URL once it listens, and runs until it is interrupted.

        tollgate simulate-endpoint --listen 127.0.0.1:0 --pace 20ms
      """,
    shouldDisplay: false)

  @Option(
    help: ArgumentHelp("Where to listen; port 0 takes any.", valueName: "addr"),
    transform: usage(ListenAddress.init(parsing:)))
  var listen = ListenAddress(host: "127.0.0.1", port: 0)

  @Option(help: "The same seed gives the same replies to the same requests.")
  var seed: UInt64 = 1

  @Option(help: "How many of a thousand calls fail with 429 or 529.")
  var errorsPerThousand = 0

  @Option(
    help: ArgumentHelp("How long each event of a stream waits: 0s, 20ms.", valueName: "span"),
    transform: usage(TimeSpan.init(parsing:)))
  var pace = TimeSpan(milliseconds: 0)

  func validate() throws {
    guard (0...1000).contains(errorsPerThousand) else {
      throw ValidationError("--errors-per-thousand is a number from 0 to 1000")
    }
  }

  func run() async throws {
    let options = SimulatedEndpoint.Options(seed: seed, errorsPerThousand: errorsPerThousand)
    let endpoint = SimulatedEndpoint(options: options, now: WallClock.now)
    let server: SimulatedEndpointServer
    do {
      server = try await .start(endpoint, address: listen, pace: pace, group: MultiThreadedEventLoopGroup.singleton)
    } catch {
      throw CommandFailure("cannot listen on \(listen): \(error); choose another address with --listen")
    }
    StandardStream.output.write("listening on http://\(server.address)\n")
    await server.wait()
  }
}
