import Gateway
import Glibc
import Ledger
import NIOCore

extension CommandFailure {
  /// Why serving ended or could not begin, for the operator.
  init(serving error: any Error, configuration: Configuration) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as LedgerError: self.init(error.description)
    case let error as RoutingTableError: self.init(error.description, exitCode: .badConfiguration)
    case let error as HeadRulesError: self.init(error.description, exitCode: .badConfiguration)
    case let error as IOError:
      self.init(
        "cannot listen on \(configuration.listen.dataPlane) and \(configuration.listen.control): "
          + "\(String(cString: strerror(error.errnoCode))); "
          + "stop what uses the port, or choose others with --listen and --control")
    default: self.init("\(error)")
    }
  }
}
