import Gateway
import Metering

/// Everything that can be configured, with what is in force where nothing is. Made from a file and the command line before
/// the first socket opens; a value of this type has been checked.
struct Configuration: Sendable, Equatable {
  var listen = ListenSection()
  /// The data directory: the ledger, and `control.token`.
  var dataDirectory = "./tollgate-data"
  /// The directory of the operator's own price files; nil where the ones that came with the program are all.
  var priceBookDirectory: String?
  var providers = ProvidersSection()
  var names = NamesSection()
  var budgets = BudgetsSection()
  var holds = HoldsSection()
  var runs = RunsSection()
  var onClientDisconnect = ClientDisconnectPolicy.cancel
  var unmetered = UnmeteredPolicy.allow
  var unpriced = UnpricedPolicy.allow
  /// Nil leaves it to where the proxy listens.
  var virtualKeys: VirtualKeyPolicy?
  var ledgerUnavailable = LedgerUnavailablePolicy.refuse
  var limits = LimitsSection()
  var retention = RetentionSection()
  var receivers = ReceiversSection()
  var alerts = AlertsSection()
  var log = LogSection()

  private static let keys =
    ListenSection.keys + ["data", "price_book", BudgetsSection.key, HoldsSection.key, RunsSection.key]
    + ProvidersSection.keys
    + NamesSection.keys
    + [
      ClientDisconnectPolicy.key, UnmeteredPolicy.key, UnpricedPolicy.key, VirtualKeyPolicy.key,
      LedgerUnavailablePolicy.key,
      LimitsSection.key,
      RetentionSection.key, ReceiversSection.key, AlertsSection.key,
      LogSection.key,
    ]

  init() {}

  /// Reads the whole file; what is wrong is gathered in `context`.
  init(_ root: ConfigurationValue, _ context: inout ReadingContext) {
    let file = MappingReader(root, keys: Self.keys, context: &context)
    listen = ListenSection(file, &context)
    file.read("data", into: &dataDirectory, &context, by: Self.directory)
    priceBookDirectory = file["price_book"]?.parsed(&context, by: Self.directory)
    providers = ProvidersSection(file, &context)
    names = NamesSection(file, &context)
    budgets = BudgetsSection(file, &context)
    holds = HoldsSection(file, &context)
    runs = RunsSection(file, &context)
    file.read(
      ClientDisconnectPolicy.key, into: &onClientDisconnect, &context, by: ClientDisconnectPolicy.init(parsing:))
    if let policy = UnmeteredPolicy.read(file, &context) { unmetered = policy }
    if let policy = UnpricedPolicy.read(file, &context) { unpriced = policy }
    virtualKeys = file[VirtualKeyPolicy.key]?.choice(&context, of: VirtualKeyPolicy.self)
    file.read(
      LedgerUnavailablePolicy.key, into: &ledgerUnavailable, &context, by: LedgerUnavailablePolicy.init(parsing:))
    limits = LimitsSection(file, &context)
    retention = RetentionSection(file, &context)
    receivers = ReceiversSection(file, &context)
    alerts = AlertsSection(file, &context)
    log = LogSection(file, &context)
  }

  /// What is in force, as YAML that means the same.
  var canonicalText: String {
    var text = CanonicalText()
    listen.write(to: &text)
    text.entry("data", dataDirectory)
    if let priceBookDirectory { text.entry("price_book", priceBookDirectory) }
    providers.write(to: &text)
    names.write(to: &text)
    budgets.write(to: &text)
    holds.write(to: &text)
    runs.write(to: &text)
    onClientDisconnect.write(to: &text)
    unmetered.write(to: &text)
    unpriced.write(to: &text)
    if let virtualKeys { text.entry(VirtualKeyPolicy.key, virtualKeys.rawValue) }
    ledgerUnavailable.write(to: &text)
    limits.write(to: &text)
    retention.write(to: &text)
    receivers.write(to: &text)
    alerts.write(to: &text)
    log.write(to: &text)
    return text.text
  }

  private static func directory(_ text: String) throws(MalformedText) -> String {
    guard !text.isEmpty, !text.utf8.contains(0) else { throw MalformedText("\"\(text)\" is not a directory's path") }
    return text
  }
}
