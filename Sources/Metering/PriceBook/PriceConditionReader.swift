internal import JSON

/// Reads the conditions of an adjustment.
struct PriceConditionReader {
  static let keys = ["from", "to", "above", "at_least", "when", "hours", "days", "except_dates", "zone"]

  func condition(_ object: PriceObject) throws(PriceBookProblem) -> PriceCondition {
    var condition = PriceCondition()
    condition.from = try object.optionalInstant("from")
    condition.to = try object.optionalInstant("to")
    if let from = condition.from, let to = condition.to, to <= from {
      throw object.place.at("to").problem("not after from")
    }
    condition.above = try object.optionalCount("above")
    condition.atLeast = try object.optionalCount("at_least")
    guard condition.above == nil || condition.atLeast == nil else {
      throw object.place.at("at_least").problem("stands beside above; one of them decides")
    }
    condition.when = try when(object)
    condition.window = try window(object)
    return condition
  }

  private func when(
    _ object: PriceObject
  ) throws(PriceBookProblem) -> [(key: PriceConditionKey, values: PriceCondition.Values)] {
    let allowed = PriceConditionKey.allCases.map(\.rawValue)
    guard let when = try object.optionalObject("when", allowed: allowed) else { return [] }
    var conditions: [(key: PriceConditionKey, values: PriceCondition.Values)] = []
    for member in when.members {
      guard let key = PriceConditionKey(rawValue: member.name) else { continue }
      if member.value.elements != nil {
        let values = try when.strings(member.name)
        guard !values.isEmpty else { throw when.place.at(member.name).problem("an empty list is never fulfilled") }
        conditions.append((key, .oneOf(values)))
      } else {
        let value = try when.string(member.name)
        conditions.append((key, value == "*" ? .any : .oneOf([value])))
      }
    }
    return conditions
  }

  private func window(_ object: PriceObject) throws(PriceBookProblem) -> DailyWindow? {
    guard object.has("hours") || object.has("days") || object.has("except_dates") else {
      if object.has("zone") { throw object.place.at("zone").problem("says nothing without hours or days") }
      return nil
    }
    var window = DailyWindow()
    for (index, text) in try object.strings("hours").enumerated() {
      guard let hours = Self.hours(text) else {
        throw object.place.at("hours[\(index)]").problem("\"\(text)\" is not like 09:00-12:00")
      }
      window.hours.append(hours)
    }
    if object.has("days") {
      var days: Set<Int> = []
      for (index, text) in try object.strings("days").enumerated() {
        guard let day = DailyWindow.dayNames.firstIndex(of: text) else {
          throw object.place.at("days[\(index)]").problem("one of \(DailyWindow.dayNames.joined(separator: ", "))")
        }
        days.insert(day)
      }
      window.days = days
    }
    for (index, text) in try object.strings("except_dates").enumerated() {
      var reader = CivilTimeReader(text)
      guard let date = reader.date(), reader.isAtEnd else {
        throw object.place.at("except_dates[\(index)]").problem("\"\(text)\" is not a date (2026-10-14)")
      }
      window.exceptDays.insert(date.daysSinceEpoch)
    }
    if let zone = try object.optionalString("zone") {
      var reader = CivilTimeReader(zone)
      guard let offset = reader.offsetMinutes(), reader.isAtEnd else {
        throw object.place.at("zone").problem("\"\(zone)\" is not a fixed offset (+08:00)")
      }
      window.offsetMinutes = offset
    }
    return window
  }

  private static func hours(_ text: String) -> DailyWindow.Hours? {
    var reader = CivilTimeReader(text)
    guard let from = reader.minuteOfDay(), from < 1440, reader.skip("-"), let to = reader.minuteOfDay(), reader.isAtEnd
    else { return nil }
    return DailyWindow.Hours(fromMinute: from, toMinute: to)
  }
}
