import ArgumentParser
import Gateway
import Glibc
import Ledger
import Metering
import NIOPosix
import Observability

/// `tollgate reprice`: calls whose price was not known, priced with the book of today.
struct RepriceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reprice",
    abstract: "Price calls again whose price was not known, and book the difference.",
    discussion: """
      Looks at calls that had no price, or a price for a part only, and prices each at its own start with the price book of
      today. What was recorded of a call stays; the difference is booked as an entry, which reports add. Running it twice
      books nothing twice; it can be interrupted, and run while the proxy serves: then the proxy books, with its own price book,
      and it takes the token in its data directory. Rows are kept for 90 days, so only those can be priced again.

        tollgate reprice --since 30d --dry-run
        tollgate reprice --since 2026-11-01 --until 2026-11-15 --provider openai
        tollgate reprice --since 7d --all --price-book ./my-prices
        tollgate reprice --since 30d --config tollgate.yaml

      Without a proxy, --config says which rates are negotiated and whose prices count for a provider of your own.

      Calls whose cost the provider reported, and calls on paths that no dialect understands, keep what they have.
      """)

  @Option(help: ArgumentHelp("From when on: 30d, 2026-11-01 or 2026-11-01T14:30:00Z.", valueName: "time"))
  var since: String

  @Option(help: ArgumentHelp("Until when, not included (default: now).", valueName: "time"))
  var until: String?

  @Option(help: "Only this provider's calls.")
  var provider: String?

  @Flag(help: "Also calls that have a price, in case it has changed.")
  var all = false

  @Flag(help: "Book nothing, and say what would be booked.")
  var dryRun = false

  @Option(help: ArgumentHelp("Why (default: the price is known now).", valueName: "text"))
  var reason: String?

  @Option(help: ArgumentHelp("Who books it (default: you).", valueName: "name"))
  var who: String?

  @OptionGroup var prices: PriceBookOptions

  @Option(help: "table or json.")
  var format = PriceFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func validate() throws {
    do throws(MalformedText) {
      _ = try query(now: WallClock.now())
    } catch {
      throw ValidationError(error.message)
    }
  }

  func run() async throws {
    let asked = try prices.load()
    let (book, routing) = (asked.book, try RoutingTable(providers: asked.routes))
    let ledger = try access.open()
    defer { ledger.close() }
    if case .proxy(let control) = ledger, prices.areGiven {
      throw CommandFailure(
        "a proxy uses the data directory, and its own prices count: change them there, and leave --price-book and "
          + "--config out (\(control.url))")
    }
    var query = try query(now: WallClock.now())
    var progress = RepriceProgress(isDryRun: dryRun)
    repeat {
      let page = try await ledger.reprice(query) { call in
        book.secondCharge(for: call, terms: routing.terms(of: call.provider))
      }
      progress.add(page)
      query.after = page["next"].stringValue.flatMap { RepriceCursor($0) }
    } while query.after != nil
    progress.end()
    StandardStream.output.write(format == .json ? progress.jsonText : progress.tableText)
  }

  private func query(now: Timestamp) throws(MalformedText) -> RepriceQuery {
    let to = try until.map { text throws(MalformedText) in try ReportPeriod.time(text, in: .utc) } ?? now
    let from: Timestamp
    if let span = try? TimeSpan(parsing: since) {
      from = Timestamp(unixMicroseconds: now.unixMicroseconds &- span.milliseconds &* 1000)
    } else {
      from = try ReportPeriod.time(since, in: .utc)
    }
    guard from < to else {
      throw MalformedText("the time ends (\(to.rfc3339)) before it begins (\(from.rfc3339))")
    }
    var query = RepriceQuery(
      from: from, to: to, reason: reason ?? (all ? "the price book has changed" : "the price is known now"),
      who: Bookkeeper.name(who))
    query.provider = provider
    query.includesPriced = all
    query.isDryRun = dryRun
    return query
  }
}

/// What was done so far, with lines on standard error while it goes on.
struct RepriceProgress {
  var isDryRun: Bool
  private var total: Int128 = 0
  private var sums: [String: Int128] = [:]
  private var unknown: [(provider: String, model: String, calls: Int128)] = []
  private var lastShownSeconds: Int = 0
  private let isTerminal = isatty(StandardStream.error.rawValue) == 1

  private static let members = ["examined", "repriced", "unchanged", "not_enough_known", "delta_pico_usd"]

  init(isDryRun: Bool) { self.isDryRun = isDryRun }

  mutating func add(_ page: JSONValue) {
    for member in Self.members { sums[member, default: 0] += page[member].integerValue ?? 0 }
    if let count = page["total"].integerValue { total = count }
    for model in page["unknown"].arrayValue {
      let (provider, name) = (model["provider"].stringValue ?? "", model["model"].stringValue ?? "")
      let calls = model["calls"].integerValue ?? 0
      if let place = unknown.firstIndex(where: { $0.provider == provider && $0.model == name }) {
        unknown[place].calls += calls
      } else {
        unknown.append((provider, name, calls))
      }
    }
    show()
  }

  /// Ends the line of a terminal.
  func end() {
    if isTerminal { StandardStream.error.write("\n") }
  }

  /// A terminal has one line that changes; a file gets one at most every ten seconds, and always the first.
  private mutating func show() {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    guard isTerminal || lastShownSeconds == 0 || now.tv_sec - lastShownSeconds >= 10 else { return }
    lastShownSeconds = now.tv_sec
    let line =
      "looked at \(count("examined")) of \(grouped(Int64(clamping: total))) calls, "
      + "\(count("repriced")) \(isDryRun ? "would be repriced" : "repriced")"
    StandardStream.error.write(isTerminal ? "\r\(line)" : "tollgate: \(line)\n")
  }

  private func count(_ member: String) -> String { grouped(Int64(clamping: sums[member] ?? 0)) }

  var tableText: String {
    let delta = DollarText.exact(picodollars: sums["delta_pico_usd"] ?? 0)
    var lines = [
      "\(count("repriced")) calls \(isDryRun ? "would be" : "were") repriced, by \(delta) USD in all.",
      "\(count("unchanged")) calls have their price already.",
    ]
    if sums["not_enough_known", default: 0] > 0 {
      lines.append(
        "\(count("not_enough_known")) calls cannot be priced again: their rows do not say enough. Book them by hand: "
          + "tollgate adjust")
    }
    for model in unknown {
      lines.append(
        "still without a price: \(model.provider)/\(model.model), \(grouped(Int64(clamping: model.calls))) calls")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  var jsonText: String {
    let models = unknown.map { model in
      JSONValue.object([
        ("provider", .string(model.provider)), ("model", .string(model.model)), ("calls", .integer(model.calls)),
      ])
    }
    let numbers = Self.members.map { (name: $0, value: JSONValue.integer(sums[$0] ?? 0)) }
    return JSONValue.object(
      numbers + [
        ("delta_usd", .string(DollarText.exact(picodollars: sums["delta_pico_usd"] ?? 0))), ("unknown", .array(models)),
        ("dry_run", .bool(isDryRun)),
      ]
    ).text + "\n"
  }
}
