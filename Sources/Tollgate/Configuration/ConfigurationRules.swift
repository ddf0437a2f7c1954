import Escalation
import Budgets
import Gateway

extension Configuration {
  /// Checks what no single key can say: rules between keys, after the file and the command line have been put together.
  ///
  /// - Parameter origin: how messages name the configuration: the file, or the command line.
  /// - Throws: ``ConfigurationError`` with every rule that is broken.
  func checked(origin: String) throws(ConfigurationError) -> Configuration {
    let knownProviders = Set(KnownProviders.routes.map(\.name))
    var problems: [ConfigurationProblem] = []
    func report(_ path: String, _ message: String) {
      problems.append(ConfigurationProblem(origin: origin, location: nil, path: path, message: message))
    }

    for port in [
      ("listen", listen.dataPlane, "tls", listen.dataPlaneTLS),
      ("control.listen", listen.control, "control.tls", listen.controlTLS),
    ] where !port.1.isLoopback && port.3 == .none {
      report(
        port.0,
        "\(port.1) can be reached from other machines, and nothing here encrypts or authenticates; listen on 127.0.0.1, "
          + "give \(port.2): { cert: FILE, key: FILE }, or set \(port.2): terminated_elsewhere where a load balancer in front "
          + "of it does")
    }
    if !listen.dataPlane.isLoopback, listen.dataPlaneTLS.files != nil, virtualKeys == .optional {
      report(
        VirtualKeyPolicy.key,
        "\(listen.dataPlane) can be reached from other machines, and whoever does may call; remove this line, so that a "
          + "virtual key is needed (tollgate key create), or listen on 127.0.0.1")
    }
    if listen.dataPlane == listen.control, listen.control.port != 0 {
      report("control.listen", "\(listen.control) is where the proxy listens; choose another port")
    }
    for (name, provider) in providers.providers.sorted(by: { $0.key < $1.key }) {
      for problem in provider.placeProblems(named: name) {
        report("providers.\(name).\(problem.key)", problem.message)
      }
      let isKnown = knownProviders.contains(name) || PlacedProvider(rawValue: name) != nil
      guard provider.origin == nil, !isKnown else { continue }
      let hint =
        NearestName.hint(for: name, among: knownProviders.sorted()).map { " (or did you mean \"\($0)\"?)" } ?? ""
      report("providers.\(name)", "not a provider that Tollgate knows; give its base_url\(hint)")
    }
    if let name = providers.defaultProvider, providers.providers[name] == nil, !knownProviders.contains(name) {
      let names = knownProviders.sorted() + providers.providers.keys
      let hint =
        NearestName.hint(for: name, among: names).map { "; did you mean \"\($0)\"?" }
        ?? "; configure it under providers"
      report("default_provider", "there is no provider \"\(name)\"\(hint)")
    }
    for (budget, name) in budgets.definitions.flatMap({ budget in
      budget.alerts.flatMap(\.receivers).map { (budget.name, $0) }
    }) where !receivers.receivers.contains(where: { $0.name == name }) {
      report("budgets.\(budget).alerts", AlertsSection.unknown(name, receivers))
    }
    for problem in alerts.unknownReceivers(receivers) { report(problem.path, problem.message) }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    return self
  }
}
