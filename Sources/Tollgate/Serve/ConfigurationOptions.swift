import ArgumentParser
import FoundationEssentials

/// The options of `serve` and `check-config`: a file, and what overrides it.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Read the configuration from this YAML file; all of it is optional.", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp("Where agents connect (default: 127.0.0.1:4100).", valueName: "addr"),
    transform: usage(ListenAddress.init(parsing:)))
  var listen: ListenAddress?

  @Option(
    help: ArgumentHelp("Where /metrics and the API are (default: 127.0.0.1:4101).", valueName: "addr"),
    transform: usage(ListenAddress.init(parsing:)))
  var control: ListenAddress?

  @Option(help: ArgumentHelp("The data directory (default: ./tollgate-data).", valueName: "dir"))
  var data: String?

  @Option(
    help: ArgumentHelp("Another provider, or another address of a known one; repeatable.", valueName: "name=url"),
    transform: usage(UpstreamArgument.init(parsing:)))
  var upstream: [UpstreamArgument] = []

  @Option(help: ArgumentHelp("A directory of price files that come on top of the built-in ones.", valueName: "dir"))
  var priceBook: String?

  /// The file with the options on top, checked.
  ///
  /// - Throws: ``ConfigurationError``.
  func load() throws -> Configuration {
    var configuration =
      try config.map {
        try ConfigurationFile.load(path: $0, environment: ProcessInfo.processInfo.environment)
      } ?? Configuration()
    if let listen { configuration.listen.dataPlane = listen }
    if let control { configuration.listen.control = control }
    if let data { configuration.dataDirectory = data }
    if let priceBook { configuration.priceBookDirectory = priceBook }
    for upstream in upstream {
      configuration.providers.providers[upstream.name, default: ProviderConfiguration()].origin = upstream.origin
    }
    var traces = TraceEnvironment(ProcessInfo.processInfo.environment)
    configuration.traces.export = traces.complete(configuration.traces.export)
    configuration.traces.environmentProblems = traces.problems
    return try configuration.checked(origin: config ?? "command line")
  }
}
