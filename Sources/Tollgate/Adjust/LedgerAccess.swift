import Control
import FoundationEssentials
import Ledger
import Logging
import Metering
import NIOCore
import Observability

/// Where something is booked: in the data directory where no proxy uses it, else by the proxy that does, through its
/// control plane and with its token. Both answer with the same JSON.
enum LedgerAccess: Sendable {
  case proxy(ControlPlane)
  case directory(OfflineLedger)

  /// - Parameters:
  ///   - control: the control plane that was named; nil tries the directory first.
  ///   - directory: the data directory that was named; nil takes the default one.
  /// - Throws: ``CommandFailure``.
  static func open(
    control: ControlPlaneURL?, dataDirectory: String?, group: any EventLoopGroup
  ) throws -> LedgerAccess {
    let path = dataDirectory ?? Configuration().dataDirectory
    func proxy(at url: ControlPlaneURL) -> LedgerAccess {
      .proxy(ControlPlane(url: url, group: group, dataDirectory: path))
    }
    if let control { return proxy(at: control) }
    do {
      let logger = Logger(label: "tollgate.books", factory: { _ in SwiftLogNoOpLogHandler() })
      return .directory(try OfflineLedger(directory: path, logger: logger, now: WallClock.now))
    } catch LedgerError.heldByAnotherProcess {
      return proxy(at: ControlPlaneURL(address: ListenSection().control))
    } catch LedgerError.noLedger where dataDirectory == nil {
      // A proxy may run elsewhere, with a data directory of its own.
      return proxy(at: ControlPlaneURL(address: ListenSection().control))
    } catch let error as LedgerError {
      throw CommandFailure(error.description)
    }
  }

  /// Gives the directory back.
  func close() {
    if case .directory(let ledger) = self { ledger.close() }
  }

  /// Books a correction; the entry as `/api/v1/adjustments` shows it.
  func book(_ correction: Correction) async throws -> JSONValue {
    try await answered(hint: Self.bookedHint) {
      switch self {
      case .directory(let ledger): AdjustmentJSON.document(try await ledger.books.book(correction))
      case .proxy(let control): try await control.post("/api/v1/adjustments", correction.body)
      }
    }
  }

  /// A page of adjustments.
  func adjustments(_ filter: AdjustmentFilter) async throws -> JSONValue {
    try await answered {
      switch self {
      case .directory(let ledger):
        let rows = try await ledger.books.adjustments(filter)
        return AdjustmentJSON.page(rows, next: rows.count >= filter.limit ? rows.last?.id : nil)
      case .proxy(let control): return try await control.get("/api/v1/adjustments?\(filter.query)")
      }
    }
  }

  /// A page of alerts.
  func alerts(_ filter: AlertFilter) async throws -> JSONValue {
    try await answered {
      switch self {
      case .directory(let ledger):
        let rows = try await ledger.alerts.list(filter)
        return AlertJSON.page(rows, next: rows.count >= filter.limit ? rows.last?.number : nil)
      case .proxy(let control): return try await control.get("/api/v1/alerts?\(filter.query)")
      }
    }
  }

  /// Prices one page of calls again.
  ///
  /// - Parameter price: for a directory; a proxy has a price book of its own.
  func reprice(
    _ query: RepriceQuery, price: @escaping @Sendable (CallRecord) -> SecondCharge
  ) async throws -> JSONValue {
    try await answered(hint: Self.bookedHint) {
      switch self {
      case .directory(let ledger):
        let total = query.after == nil ? try await ledger.books.count(of: query) : nil
        return RepriceJSON.document(try await ledger.books.reprice(query, price: price), total: total)
      case .proxy(let control): return try await control.post("/api/v1/reprice", query.body)
      }
    }
  }

  /// The answer of whichever it is.
  func answered(
    directory: @Sendable (OfflineLedger) async throws -> [UInt8], proxy: (ControlPlane) async throws -> [UInt8]
  ) async throws -> JSONValue {
    try await answered {
      switch self {
      case .directory(let ledger): try await directory(ledger)
      case .proxy(let control): try await proxy(control)
      }
    }
  }

  /// What to do where something may have been booked, and nobody said so.
  private static let bookedHint = "; see what was booked: tollgate adjust list"

  private func answered(hint: String = "", _ bytes: () async throws -> [UInt8]) async throws -> JSONValue {
    do {
      guard let value = JSONValue.parse(try await bytes()) else {
        throw CommandFailure("the answer is not JSON; is the proxy a Tollgate of this version?")
      }
      return value
    } catch let error as LedgerError {
      throw CommandFailure(error.description)
    } catch let error as HTTPCallError {
      guard case .proxy(let control) = self else { throw error }
      let url = control.url
      guard error == .notReached else {
        throw CommandFailure("\(url) did not answer in full: \(error)\(hint)")
      }
      guard FileManager.default.fileExists(atPath: control.dataDirectory) else {
        throw CommandFailure(
          "no proxy answers at \(url), and there is no data directory \(control.dataDirectory); start one with tollgate serve, "
            + "or name them with --control and --data")
      }
      throw CommandFailure(
        "no proxy answers at \(url); name the control plane of the one that uses \(control.dataDirectory) with "
          + "--control http://ADDRESS:PORT, or read the directory without --control where none does")
    }
  }
}

extension Correction {
  /// The body of `POST /api/v1/adjustments`.
  fileprivate var body: [UInt8] {
    var members: [(name: String, value: JSONValue)] = []
    func add(_ name: String, _ value: String?) {
      if let value { members.append((name, .string(value))) }
    }
    switch target {
    case .call(let id): add("call", id.description)
    case .day(let day, let scope):
      add("day", String(Timestamp(unixMicroseconds: day &* 86_400_000_000).rfc3339.prefix(10)))
      add("provider", scope.provider)
      add("model", scope.model)
      add("project", scope.project)
      add("agent", scope.agent)
      add("workflow", scope.workflow)
      add("run", scope.run)
    }
    add("delta_usd", DollarText.exact(picodollars: deltaPicodollars))
    add("reason", reason)
    add("who", who)
    add("key", requestKey)
    return JSONValue.object(members).bytes
  }
}

extension RepriceQuery {
  /// The body of `POST /api/v1/reprice`.
  fileprivate var body: [UInt8] {
    var members: [(name: String, value: JSONValue)] = [
      ("from", .string(from.rfc3339)), ("to", .string(to.rfc3339)), ("all", .bool(includesPriced)),
      ("dry_run", .bool(isDryRun)), ("reason", .string(reason)), ("who", .string(who)),
    ]
    if let provider { members.append(("provider", .string(provider))) }
    if let after { members.append(("after", .string(after.description))) }
    return JSONValue.object(members).bytes
  }
}

extension AdjustmentFilter {
  /// The query of `GET /api/v1/adjustments`.
  fileprivate var query: String {
    [
      ("kind", kind?.rawValue), ("provider", provider), ("call", call?.description), ("from", from?.rfc3339),
      ("to", to?.rfc3339), ("cursor", before.map(String.init)), ("limit", String(limit)),
    ].compactMap { name, value in value.map { "\(name)=\(QueryText.encoded($0))" } }.joined(separator: "&")
  }
}

extension AlertFilter {
  /// The query of `GET /api/v1/alerts`.
  fileprivate var query: String {
    [("status", isFiring.map { $0 ? "firing" : "resolved" }), ("rule", rule?.rawValue), ("limit", String(limit))]
      .compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: "&")
  }
}

/// Who books something, for those who read it later.
enum Bookkeeper {
  /// The name that was given, else the user's on this machine.
  static func name(_ given: String?) -> String {
    if let given { return given }
    let environment = ProcessInfo.processInfo.environment
    let user = environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? "somebody"
    return "\(user)@\(ProcessInfo.processInfo.hostName)"
  }
}
