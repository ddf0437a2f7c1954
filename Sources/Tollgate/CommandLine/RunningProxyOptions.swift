import ArgumentParser
import NIOPosix

/// Where the running proxy is, for commands that only it can carry out.
struct RunningProxyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The proxy's control plane (default: http://127.0.0.1:4101).", valueName: "url"),
    transform: usage(ControlPlaneURL.init(parsing:)))
  var control: ControlPlaneURL?

  @Option(help: ArgumentHelp("Its data directory, for the token in it (default: ./tollgate-data).", valueName: "dir"))
  var data: String?

  private var plane: ControlPlane {
    ControlPlane(
      url: control ?? ControlPlaneURL(address: ListenSection().control), group: MultiThreadedEventLoopGroup.singleton,
      dataDirectory: data ?? Configuration().dataDirectory)
  }

  func get(_ path: String) async throws -> JSONValue { try await answered { try await $0.get(path) } }

  func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
    try await answered { try await $0.post(path, body.bytes) }
  }

  private func answered(_ ask: (ControlPlane) async throws -> [UInt8]) async throws -> JSONValue {
    let plane = plane
    do {
      guard let value = JSONValue.parse(try await ask(plane)) else {
        throw CommandFailure("the answer of \(plane.url) is not JSON; is that a Tollgate of this version?")
      }
      return value
    } catch let error as HTTPCallError {
      guard error == .notReached else { throw CommandFailure("\(plane.url) did not answer in full: \(error)") }
      throw CommandFailure(
        "no proxy answers at \(plane.url): start one, or name its control plane with --control http://ADDRESS:PORT")
    }
  }
}
