import ArgumentParser
import FoundationEssentials
import Gateway
import Metering

/// Which prices count, for commands that price without a proxy.
struct PriceBookOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A directory of price files over the built-in ones.", valueName: "dir"))
  var priceBook: String?

  @Option(
    help: ArgumentHelp(
      "Take price files, negotiated rates and whose prices count from this configuration.", valueName: "file"))
  var config: String?

  /// Whether anything but the built-in prices was asked for.
  var areGiven: Bool { priceBook != nil || config != nil }

  /// - Throws: ``CommandFailure`` or ``ConfigurationError`` where a file cannot be read or is not in order.
  func load() throws -> PricesAsked {
    let configuration = try config.map {
      try ConfigurationFile.load(path: $0, environment: ProcessInfo.processInfo.environment)
    }
    let directory = (priceBook ?? configuration?.priceBookDirectory).map { PriceBookDirectory(path: $0) }
    let book = try PriceBook.load(directory: directory)
    try configuration?.check(book)
    return PricesAsked(book: book, routes: configuration?.providerRoutes ?? [])
  }
}

/// A price book, and what was agreed on with the providers of a configuration.
struct PricesAsked {
  var book: PriceBook
  var routes: [ProviderRoute]
}
