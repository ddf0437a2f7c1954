@testable import Budgets
import FoundationEssentials
import Metering
import Testing

/// Windows are compared with what Python's zoneinfo says that clocks show; `Fixtures/windows.py` wrote them.
@Suite struct CalendarTests {
  private static let folder =
    ProcessInfo.processInfo.environment["TOLLGATE_BUDGET_WINDOWS"]
    ?? #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Fixtures"

  private static func zone(_ name: String) throws -> TimeZoneRules {
    let file = name.split(separator: "/").joined(separator: "~")
    return try TimeZoneRules(file: bytes("zones/\(file)"))
  }

  private static func bytes(_ name: String) throws -> [UInt8] {
    let path = "\(folder)/\(name)"
    return Array(try #require(FileManager.default.contents(atPath: path), "there is no \(path)"))
  }

  private static let periods: [BudgetPeriod] = [.hour, .day, .week, .month]

  private func seconds(_ window: BudgetWindow) -> [Int64] {
    [window.start.unixMicroseconds / 1_000_000, window.end.unixMicroseconds / 1_000_000]
  }

  @Test func `windows begin and end when clocks of twenty-four zones say so`() throws {
    var zones: [Substring: TimeZoneRules] = [:]
    var compared = 0
    for line in String(decoding: try Self.bytes("windows.txt"), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 10, words[0] != "#" else { continue }
      let zone = try zones[words[0]] ?? Self.zone(String(words[0]))
      zones[words[0]] = zone
      let numbers = words.dropFirst().compactMap { Int64($0) }
      let instant = Timestamp(unixMicroseconds: numbers[0] * 1_000_000)
      let windows = Self.periods.flatMap { seconds(zone.window(of: $0, containing: instant)) }
      #expect(windows == Array(numbers.dropFirst()), "\(line)")
      compared += 1
    }
    #expect(zones.count == 24 && compared >= 500)
  }

  @Test(arguments: ["Europe/Berlin", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"])
  func `windows follow one another without a gap`(name: String) throws {
    let zone = try Self.zone(name)
    for period in Self.periods {
      var time = Timestamp(unixMicroseconds: 0)
      for _ in 0..<1_500 {
        let window = zone.window(of: period, containing: time)
        #expect(window.start <= time && time < window.end)
        #expect(zone.window(of: period, containing: window.start) == window)
        let last = Timestamp(unixMicroseconds: window.end.unixMicroseconds - 1)
        #expect(zone.window(of: period, containing: last) == window)
        time = window.end
      }
    }
  }

  @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
  func `between two changes the offset is one, and at each it becomes another`(name: String) throws {
    let zone = try Self.zone(name)
    var time = Timestamp(unixMicroseconds: 0)
    let end = Timestamp(unixMicroseconds: 4_102_444_800_000_000)
    var count = 0
    while let change = zone.nextChange(after: time, before: end) {
      let before = Timestamp(unixMicroseconds: change.unixMicroseconds - 1)
      #expect(change > time && change < end)
      #expect(zone.utcOffsetSeconds(at: time) == zone.utcOffsetSeconds(at: before), "\(name) \(change)")
      #expect(zone.utcOffsetSeconds(at: before) != zone.utcOffsetSeconds(at: change), "\(name) \(change)")
      #expect(zone.nextChange(after: before, before: change) == nil)
      time = change
      count += 1
    }
    #expect(count > 100, "two a year, to 2100")
    let fixed = TimeZoneRules.fixed(utcOffsetSeconds: -19_800)
    #expect(fixed.utcOffsetSeconds(at: end) == -19_800 && fixed.nextChange(after: time, before: end) == nil)
    #expect(fixed.beginning(ofDay: Timestamp(unixMicroseconds: 0)).unixMicroseconds == 19_800_000_000)
  }

  @Test func `a day has 23 or 25 hours where clocks change`() throws {
    let zone = try Self.zone("Europe/Berlin")
    func hours(_ text: String) throws -> Int64 {
      let window = zone.window(of: .day, containing: try #require(Timestamp(text)))
      return (window.end.unixMicroseconds - window.start.unixMicroseconds) / 3_600_000_000
    }
    #expect(try hours("2026-03-29T12:00:00Z") == 23)
    #expect(try hours("2026-10-25T12:00:00Z") == 25)
    #expect(try hours("2099-10-25T12:00:00Z") == 25)
    #expect(try hours("2026-07-01T12:00:00Z") == 24)
  }

  @Test func `a day without a midnight begins when clocks have skipped it`() throws {
    let window = try Self.zone("America/Sao_Paulo").window(
      of: .day, containing: try #require(Timestamp("2018-11-04T12:00:00Z")))
    #expect(window.start == Timestamp("2018-11-04T03:00:00Z"))
    #expect(window.end == Timestamp("2018-11-05T02:00:00Z"))
  }

  @Test(
    arguments: [
      ("EST5EDT,M3.2.0,M11.1.0", -18_000, -14_400), ("IST-1GMT0,M10.5.0,M3.5.0/1", 3600, 0),
      ("<+0330>-3:30", 12_600, nil),
      ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7200, -3600), ("X-1:00:30", nil, nil),
      ("AAA1BBB,J60/0,300/167:59:59", -3600, 0),
      ("AAA1BBB", nil, nil), ("AAA1BBB,M13.1.0,M1.1.0", nil, nil), ("AAA25", nil, nil), ("AAA1,x", nil, nil),
      ("", nil, nil),
      ("AAA-1BBB-2,J0,J1", nil, nil), ("AAA-1BBB-2,M1.1.0,M2.1.0/168", nil, nil),
    ] as [(String, Int64?, Int64?)])
  func `the rule for the future is read as POSIX writes it`(text: String, standard: Int64?, daylight: Int64?) {
    var reader = PosixTimeZoneReader(Array(text.utf8)[...])
    let zone = reader.zone()
    #expect(zone?.standardOffset == standard)
    #expect(zone?.daylight?.offset == daylight)
  }

  @Test func `a file cut anywhere, or with any byte changed, is read or refused, and never traps`() throws {
    let whole = try Self.bytes("zones/Europe~Dublin")
    for count in whole.indices {
      #expect(throws: TimeZoneFileError.self) { try TimeZoneRules(file: Array(whole[..<count])) }
    }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<3_000 {
      var bytes = whole
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      guard let zone = try? TimeZoneRules(file: bytes) else { continue }
      for period in Self.periods { _ = zone.window(of: period, containing: noon) }
    }
  }

  @Test func `what is no zone file is refused with its reason`() {
    #expect(throws: TimeZoneFileError.notTZif) { try TimeZoneRules(file: Array("hello".utf8)) }
    let old = Array("TZif".utf8) + [UInt8](repeating: 0, count: 40)
    #expect(throws: TimeZoneFileError.tooOld) { try TimeZoneRules(file: old) }
    #expect(throws: TimeZoneFileError.tooLarge) { try TimeZoneRules(file: [UInt8](repeating: 0, count: 2 << 20)) }
  }

  @Test func `times beyond every calendar have windows all the same`() throws {
    for zone in [TimeZoneRules.utc, try Self.zone("America/New_York")] {
      for period in Self.periods {
        _ = zone.window(of: period, containing: Timestamp(unixMicroseconds: .max))
        _ = zone.window(of: period, containing: Timestamp(unixMicroseconds: .min))
      }
    }
  }
}
