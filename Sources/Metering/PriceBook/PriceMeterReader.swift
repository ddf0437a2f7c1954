internal import JSON

/// Reads `meters.json`.
struct PriceMeterReader {
  static let fileName = "meters.json"

  static func meters(_ bytes: [UInt8], at place: PricePlace) throws(PriceBookProblem) -> PriceMeters {
    let document = try PriceFileReader.document(bytes, at: place)
    let file = try PriceObject(document, at: place, allowed: ["format", "meters", "note"])
    try PriceFileReader.checkFormat(file)
    guard let listed = try file.optionalObject("meters", allowed: nil) else {
      throw place.at("meters").problem("missing")
    }
    var meters: [PriceMeter] = []
    for member in listed.members {
      let meter = try PriceObject(
        member.value, at: listed.place.at(member.name), allowed: ["per", "unit", "counts", "fallback"])
      guard let per = try meter.optionalCount("per"), per > 0 else {
        throw meter.place.at("per").problem("how many units a price is for is missing, or 0")
      }
      meters.append(
        PriceMeter(
          name: member.name, unitsPerPrice: per, unit: try meter.string("unit"),
          fallback: try meter.optionalString("fallback")))
    }
    try check(meters, at: listed.place)
    return PriceMeters(meters)
  }

  /// Every cell has a meter of its own units, and what a meter falls back to counts the same.
  private static func check(_ meters: [PriceMeter], at place: PricePlace) throws(PriceBookProblem) {
    for cell in UsageCell.allCases {
      let name = cell.meter.description
      guard let meter = meters.first(where: { $0.name == name }) else {
        throw place.at(name).problem("missing: calls use it")
      }
      if let unit = cell.unit, meter.unit != unit { throw place.at(name).at("unit").problem("counted in \(unit)") }
    }
    for meter in meters {
      guard let fallback = meter.fallback else { continue }
      guard meters.contains(where: { $0.name == fallback && $0.unit == meter.unit }) else {
        throw place.at(meter.name).at("fallback").problem("\"\(fallback)\" is no meter of the same unit")
      }
    }
  }
}
