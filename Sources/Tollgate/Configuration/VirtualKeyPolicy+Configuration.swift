/// `virtual_keys`: who may call without one.
enum VirtualKeyPolicy: String, Sendable, CaseIterable {
  /// Nobody.
  case required
  /// Whoever calls a provider whose key is not put in here, with a key of their own.
  case optional

  static let key = "virtual_keys"
}

extension Configuration {
  /// Whether every call needs a virtual key. Where other machines can reach the port, it does unless the configuration says
  /// otherwise; where a load balancer stands in front of it, whoever runs that answers for who gets through.
  var requiresVirtualKey: Bool {
    if let virtualKeys { return virtualKeys == .required }
    return !listen.dataPlane.isLoopback && listen.dataPlaneTLS.files != nil
  }
}
