import NIOCore
import Synchronization

/// Waits for both ports to listen. Either may have been left to the system.
final class Startup: Sendable {
  /// Where both listen.
  struct Addresses: Sendable {
    var dataPlane: ListenAddress
    var control: ListenAddress
    var dataPlaneUsesTLS = false
    var controlUsesTLS = false
  }

  private struct State {
    var dataPlane: ListenAddress?
    var control: ListenAddress?
  }

  private let configured: ListenSection
  private let state = Mutex(State())
  private let ready: @Sendable (Addresses) -> Void

  /// - Parameter ready: called once, when both listen.
  init(_ configured: ListenSection, ready: @escaping @Sendable (Addresses) -> Void) {
    self.configured = configured
    self.ready = ready
  }

  func dataPlaneListens(port: Int?) {
    tell { $0.dataPlane = Self.address(configured.dataPlane, port: port) }
  }

  func controlListens(_ address: SocketAddress) {
    tell { $0.control = Self.address(configured.control, port: address.port) }
  }

  private static func address(_ configured: ListenAddress, port: Int?) -> ListenAddress {
    ListenAddress(host: configured.host, port: port ?? configured.port)
  }

  private func tell(_ change: (inout State) -> Void) {
    let addresses = state.withLock { state -> Addresses? in
      change(&state)
      guard let dataPlane = state.dataPlane, let control = state.control else { return nil }
      return Addresses(
        dataPlane: dataPlane, control: control, dataPlaneUsesTLS: configured.dataPlaneTLS.files != nil,
        controlUsesTLS: configured.controlTLS.files != nil)
    }
    if let addresses { ready(addresses) }
  }
}
