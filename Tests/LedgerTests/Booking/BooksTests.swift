import Glibc
import Metering
import Testing

@testable import Ledger

@Suite("The books")
struct BooksTests {
  private let scratch = Scratch()
  private let clock = TestClock()
  private let day = Timestamp.testStart.hour / 24

  private func total(_ ledger: Ledger, by dimensions: [SummaryDimension] = []) async throws -> [SummaryRow] {
    try await ledger.summary(by: dimensions, from: nil, to: nil, utcOffsetSeconds: 0)
  }

  private func unpriced(_ id: Int64, model: String = "new") -> CallRecord {
    var record = CallRecord.sample(CallID(rawValue: id), startedAt: .testStart + id)
    record.model = model
    record.costPicodollars = nil
    record.reportedCostPicodollars = nil
    record.bookCostPicodollars = nil
    record.costSource = .unpriced
    return record
  }

  private func query(_ change: (inout RepriceQuery) -> Void = { _ in }) -> RepriceQuery {
    var query = RepriceQuery(from: .testStart, to: .testStart + 1_000_000, reason: "the price is known", who: "ann")
    change(&query)
    return query
  }

  /// Ten pico-dollars a call; the model `old` stays unknown.
  @Sendable private static func price(_ call: CallRecord) -> SecondCharge {
    call.model == "old" ? .unknownModel : .charge(costPicodollars: 10, source: .priced, pricedAs: "new-1")
  }

  @Test("add a correction to the sums of its scope and day, and list it; rows stay")
  func correction() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    var record = CallRecord.sample(CallID(rawValue: 1))
    record.costPicodollars = 100
    record.reportedCostPicodollars = nil
    record.costSource = .priced
    try ledger.put(record)
    let scope = AdjustmentScope(provider: "anthropic", model: "claude-sonnet-5", agent: "claude-code/Explore")
    let booked = try await ledger.books.book(
      Correction(target: .day(day, scope), deltaPicodollars: -30, reason: "credit note 7", who: "ann"))
    #expect(booked.scope == scope && booked.deltaPicodollars == -30 && booked.call == nil)
    #expect(booked.bookedAt == clock.now)
    #expect(booked.effectiveAt == clock.now, "noon had not come")
    #expect(try await ledger.books.adjustments(AdjustmentFilter()) == [booked])
    let row = try #require(try await total(ledger).first)
    #expect(row.costPicodollars == 70 && row.adjustedPicodollars == -30 && row.calls == 1)
    #expect(row.costBySource == [.provider: 100, .none: -30])
    let byWorkflow = try await total(ledger, by: [.agent, .workflow])
    #expect(byWorkflow.map(\.key) == [["claude-code/Explore", "nightly"], ["claude-code/Explore", nil]])
    #expect(byWorkflow.map(\.costPicodollars) == [100, -30])
    #expect(try await total(ledger, by: [.run]).map(\.costPicodollars) == [100, -30])
    #expect(try await ledger.call(CallID(rawValue: 1)) == record)
    ledger.close()
    let next = try openLedger(scratch.data, clock: clock)
    #expect(try await total(next).first?.costPicodollars == 70)
    next.close()
  }

  @Test("set apart what was charged as another model, until its price is known")
  func substituted() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    for id: Int64 in 1...3 {
      var record = unpriced(id, model: id == 3 ? "old" : "new")
      record.costPicodollars = 1_000
      record.costSource = .substituted
      try ledger.put(record)
    }
    // By the hourly totals, and by the rows.
    let dimensions: [[SummaryDimension]] = [[], [.run]]
    for by in dimensions {
      let row = try #require(try await total(ledger, by: by).first)
      #expect((row.costPicodollars, row.substitutedPicodollars, row.unpricedCalls) == (3_000, 3_000, 0))
    }
    let page = try await ledger.books.reprice(query(), price: Self.price)
    #expect((page.repriced, page.deltaPicodollars) == (2, -1_980))
    for by in dimensions {
      let row = try #require(try await total(ledger, by: by).first)
      #expect(
        (row.costPicodollars, row.substitutedPicodollars) == (1_020, 1_000), "the price of one is still not known")
    }
    ledger.close()
  }

  @Test("put a correction on the day of its name, from twelve hours west to eleven hours east")
  func days() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    _ = try await ledger.books.book(
      Correction(
        target: .day(20000, AdjustmentScope(provider: "p")), deltaPicodollars: 1, reason: "r", who: "w"))
    let noon = Timestamp(unixMicroseconds: (20000 * 24 + 12) * microsecondsPerHour)
    #expect(try await ledger.books.adjustments(AdjustmentFilter()).map(\.effectiveAt) == [noon])
    for hours in [-12, -5, 0, 1, 11] {
      let rows = try await ledger.summary(by: [.day], from: nil, to: nil, utcOffsetSeconds: hours * 3600)
      #expect(rows.map(\.key) == [["2024-10-04"]], "\(hours)")
    }
    ledger.close()
  }

  @Test("give a call's correction everything that its row names")
  func correctionOfCall() async throws {
    let ledger = try openLedger(scratch.data)
    var record = CallRecord.sample(CallID(rawValue: 5))
    record.virtualKey = "nightly"
    record.team = "data"
    try ledger.put(record)
    let booked = try await ledger.books.book(
      Correction(target: .call(record.id), deltaPicodollars: 5, reason: "r", who: "w"))
    #expect(booked.scope == AdjustmentScope(of: record))
    #expect(booked.effectiveAt == record.startedAt && booked.call == record.id && booked.costSource == nil)
    #expect(try await ledger.books.adjustments(of: [record.id, CallID(rawValue: 6)]) == [record.id: [booked]])
    for dimension in SummaryDimension.allCases where dimension != .tool {
      #expect(
        try await total(ledger, by: [dimension]).count == 1, "\(dimension): the amount stands where the call does")
    }
    let missing = await #expect(throws: LedgerError.self) {
      try await ledger.books.book(
        Correction(target: .call(CallID(rawValue: 9)), deltaPicodollars: 5, reason: "r", who: "w"))
    }
    #expect(missing?.description.contains("there is no call") == true)
    ledger.close()
  }

  @Test("book nothing twice under one key, also at once")
  func keys() async throws {
    let ledger = try openLedger(scratch.data)
    let correction = Correction(
      target: .day(day, AdjustmentScope(provider: "p")), deltaPicodollars: 5, reason: "r", who: "w", requestKey: "k")
    let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 0..<8 { group.addTask { try await ledger.books.book(correction).id } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(ids.count == 1)
    #expect(try await total(ledger).first?.costPicodollars == 5)
    ledger.close()
  }

  @Test("refuse what makes no sense, with a sentence")
  func refused() async throws {
    let ledger = try openLedger(scratch.data)
    let scope = AdjustmentScope(provider: "p")
    let long = String(repeating: "x", count: 1001)
    for correction in [
      Correction(target: .day(1, scope), deltaPicodollars: 0, reason: "r", who: "w"),
      Correction(target: .day(1, scope), deltaPicodollars: Correction.deltaMaxPicodollars + 1, reason: "r", who: "w"),
      Correction(target: .day(1, scope), deltaPicodollars: 1, reason: "", who: "w"),
      Correction(target: .day(1, scope), deltaPicodollars: 1, reason: long, who: "w"),
      Correction(target: .day(1, scope), deltaPicodollars: 1, reason: "r", who: ""),
      Correction(target: .day(.max, scope), deltaPicodollars: 1, reason: "r", who: "w"),
      Correction(target: .day(day - 800, scope), deltaPicodollars: 1, reason: "r", who: "w"),
      Correction(target: .day(1, AdjustmentScope(provider: "")), deltaPicodollars: 1, reason: "r", who: "w"),
    ] {
      await #expect(throws: LedgerError.self) { try await ledger.books.book(correction) }
    }
    #expect(try await ledger.books.adjustments(AdjustmentFilter()).isEmpty)
    ledger.close()
    await #expect(throws: LedgerError.closed) {
      try await ledger.books.book(Correction(target: .day(1, scope), deltaPicodollars: 1, reason: "r", who: "w"))
    }
  }

  @Test("keep sums exact with amounts of 10^12 USD in either direction")
  func large() async throws {
    let ledger = try openLedger(scratch.data)
    for delta in [Correction.deltaMaxPicodollars, -Correction.deltaMaxPicodollars, Correction.deltaMaxPicodollars - 1] {
      _ = try await ledger.books.book(
        Correction(target: .day(day, AdjustmentScope(provider: "p")), deltaPicodollars: delta, reason: "r", who: "w"))
    }
    #expect(try await total(ledger).first?.costPicodollars == Correction.deltaMaxPicodollars - 1)
    #expect(try await total(ledger, by: [.run]).first?.costPicodollars == Correction.deltaMaxPicodollars - 1)
    ledger.close()
  }

  @Test("book the price of calls that had none, once, and say what is still not known")
  func reprice() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    for id in 1...3 { try ledger.put(unpriced(Int64(id))) }
    try ledger.put(unpriced(4, model: "old"))
    try ledger.put(.sample(CallID(rawValue: 5), startedAt: .testStart + 5))
    let before = try await ledger.allCalls()
    #expect(try await total(ledger).first?.unpricedCalls == 4)

    let dry = try await ledger.books.reprice(query { $0.isDryRun = true }, price: Self.price)
    #expect(dry.examined == 5 && dry.repriced == 3 && dry.deltaPicodollars == 30 && dry.next == nil)
    #expect(dry.unknown == [RepricePage.UnknownModel(provider: "anthropic", model: "old", calls: 1)])
    #expect(try await ledger.books.adjustments(AdjustmentFilter()).isEmpty)

    #expect(try await ledger.books.reprice(query(), price: Self.price) == dry)
    let again = try await ledger.books.reprice(query(), price: Self.price)
    #expect(again.repriced == 0 && again.unchanged == 3 && again.deltaPicodollars == 0)

    #expect(try await ledger.allCalls() == before, "history stays")
    for dimensions in [[], [.run]] as [[SummaryDimension]] {
      let rows = try await total(ledger, by: dimensions)
      #expect(rows.reduce(0) { $0 + $1.unpricedCalls } == 1)
      #expect(rows.reduce(0) { $0 + $1.adjustedPicodollars } == 30)
      #expect(rows.reduce(0) { $0 + $1.costPicodollars } == 30 + 123_456_789_012)
    }
    let booked = try #require(try await ledger.books.adjustments(of: [CallID(rawValue: 2)])[CallID(rawValue: 2)]?.first)
    #expect(booked.kind == .reprice && booked.costSource == .priced && booked.pricedAs == "new-1")
    #expect(booked.effectiveAt == .testStart + 2 && booked.reason == "the price is known" && booked.who == "ann")
    #expect(try await ledger.books.count(of: query()) == 5)
    ledger.close()
  }

  @Test("leave a call alone that has its price, unless all are asked for; then its newest price counts")
  func all() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    try ledger.put(unpriced(1))
    var priced = unpriced(2)
    priced.costPicodollars = 100
    priced.costSource = .priced
    try ledger.put(priced)
    var partial = unpriced(3)
    partial.costPicodollars = 4
    partial.costSource = .partial
    try ledger.put(partial)
    #expect(try await ledger.books.reprice(query(), price: Self.price).deltaPicodollars == 10 + 6)
    #expect(try await total(ledger).first?.partialCalls == 0)
    @Sendable func newest(_ call: CallRecord) -> SecondCharge {
      .charge(costPicodollars: 25, source: .priced, pricedAs: "new-2")
    }
    #expect(try await ledger.books.reprice(query(), price: newest).repriced == 0)
    let page = try await ledger.books.reprice(query { $0.includesPriced = true }, price: newest)
    #expect(page.repriced == 3 && page.deltaPicodollars == 15 - 75 + 15)
    #expect(try await total(ledger).first?.costPicodollars == 75)
    #expect(try await ledger.books.reprice(query { $0.includesPriced = true }, price: newest).repriced == 0)
    ledger.close()
  }

  @Test("let a correction by hand stand on top of a price that became known")
  func onTop() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    try ledger.put(unpriced(1))
    _ = try await ledger.books.book(
      Correction(target: .call(CallID(rawValue: 1)), deltaPicodollars: 3, reason: "r", who: "w"))
    #expect(try await ledger.books.reprice(query(), price: Self.price).deltaPicodollars == 10)
    #expect(try await ledger.books.reprice(query { $0.includesPriced = true }, price: Self.price).repriced == 0)
    #expect(try await total(ledger).first?.costPicodollars == 13)
    ledger.close()
  }

  @Test("book each call once where several reprice at the same time")
  func atOnce() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    for id in 1...40 { try ledger.put(unpriced(Int64(id))) }
    let query = query()
    let repriced = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<6 { group.addTask { try await ledger.books.reprice(query, price: Self.price).repriced } }
      return try await group.reduce(0, +)
    }
    #expect(repriced == 40)
    #expect(try await total(ledger).first?.costPicodollars == 400)
    ledger.close()
  }

  @Test("go through many calls page by page, each once")
  func pages() async throws {
    let ledger = try openLedger(scratch.data, clock: clock, slots: 65536)
    let count = RepriceCandidates.rowsPerPage * 2 + 7
    for id in 1...count {
      var record = CallRecord(
        id: CallID(rawValue: Int64(id)), startedAt: .testStart + Int64(id / 100), provider: "p", method: "POST",
        path: "/", agent: "a", workflow: "w")
      record.model = "new"
      record.usageSource = .provider
      record.costSource = .unpriced
      try ledger.put(record)
    }
    _ = try await ledger.allCalls()
    var sum = RepricePage()
    var query = query()
    var pages = 0
    repeat {
      sum.add(try await ledger.books.reprice(query, price: Self.price))
      query.after = sum.next
      pages += 1
    } while sum.next != nil
    #expect(pages == 3)
    #expect(sum.examined == count && sum.repriced == count && sum.deltaPicodollars == Int128(count) * 10)
    ledger.close()
  }

  @Test("can be kept while no proxy runs, with the same answers, and never while one does")
  func offline() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    try ledger.put(unpriced(1))
    #expect(throws: LedgerError.heldByAnotherProcess(directory: scratch.data, processID: Int(getpid()))) {
      try OfflineLedger(directory: scratch.data, logger: LogBook().logger) { .testStart }
    }
    ledger.close()
    let offline = try OfflineLedger(directory: scratch.data, logger: LogBook().logger) { .testStart }
    #expect(try await offline.books.reprice(query(), price: Self.price).deltaPicodollars == 10)
    #expect(try await offline.books.reprice(query(), price: Self.price).repriced == 0)
    _ = try await offline.books.book(
      Correction(target: .call(CallID(rawValue: 1)), deltaPicodollars: -1, reason: "r", who: "w"))
    offline.close()
    offline.close()
    let reader = try LedgerReader(directory: scratch.data, logger: LogBook().logger)
    #expect(try await reader.summary(by: [], from: nil, to: nil, utcOffsetSeconds: 0).first?.costPicodollars == 9)
    #expect(try await reader.adjustments(AdjustmentFilter()).count == 2)
    reader.close()
  }

  @Test("lose a call's entry with its row, and keep it in the totals")
  func retention() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    try ledger.put(unpriced(1))
    _ = try await ledger.books.reprice(query(), price: Self.price)
    _ = try await ledger.books.book(
      Correction(target: .day(day, AdjustmentScope(provider: "p")), deltaPicodollars: 5, reason: "r", who: "w"))
    ledger.close()
    clock.now = .testStart + 91 * 86400
    let next = try openLedger(scratch.data, clock: clock)
    #expect(try await eventually { try await next.allCalls().isEmpty })
    #expect(try await next.books.adjustments(AdjustmentFilter()).map(\.kind) == [.correction])
    #expect(try await total(next).map(\.costPicodollars) == [15])
    next.close()
  }

  @Test("filter and page what they list")
  func listing() async throws {
    let ledger = try openLedger(scratch.data, clock: clock)
    for (number, provider) in [(1, "p"), (2, "q"), (3, "p")] as [(Int64, String)] {
      _ = try await ledger.books.book(
        Correction(
          target: .day(day - 3 + number, AdjustmentScope(provider: provider)), deltaPicodollars: Int128(number),
          reason: "r",
          who: "w"))
    }
    let second = Timestamp(unixMicroseconds: (day - 1) * 24 * microsecondsPerHour)
    func amounts(_ change: (inout AdjustmentFilter) -> Void) async throws -> [Int128] {
      var filter = AdjustmentFilter()
      change(&filter)
      return try await ledger.books.adjustments(filter).map(\.deltaPicodollars)
    }
    #expect(try await amounts { _ in } == [3, 2, 1])
    #expect(try await amounts { $0.provider = "p" } == [3, 1])
    #expect(try await amounts { $0.kind = .reprice } == [])
    #expect(try await amounts { $0.limit = 1 } == [3])
    #expect(try await amounts { $0.before = 3 } == [2, 1])
    #expect(try await amounts { $0.from = second } == [3, 2])
    #expect(try await amounts { $0.to = second } == [1])
    ledger.close()
  }
}
