public import NIOCore

extension UpstreamClient {
  /// The addresses of a host, in the order to try them, for a connection that is not libcurl's: a WebSocket's. Never blocks;
  /// uses the same look-ups and their memory as transfers do.
  ///
  /// - Parameters:
  ///   - host: a name, or an address without brackets.
  ///   - answer: runs on `loop`, once. At least one address; or why there is none, in words for a log line.
  public func addresses(
    of host: String, on loop: any EventLoop, _ answer: @escaping @Sendable (Result<[String], AddressError>) -> Void
  ) {
    let tell: @Sendable (NameLookup) -> Void = { lookup in
      let result: Result<[String], AddressError> =
        switch lookup {
        case .found(let addresses): .success(addresses.map(\.text))
        case .failed(let explanation): .failure(AddressError(explanation: explanation))
        }
      loop.execute { answer(result) }
    }
    if let address = HostAddress(host) {
      tell(.found([address]))
    } else if case .known(let lookup) = self.resolver.resolve(host, whenDone: tell) {
      tell(lookup)
    }
  }
}

/// Why a host has no address.
public struct AddressError: Error, Sendable, Equatable {
  /// In words, for a log line.
  public var explanation: String
}
