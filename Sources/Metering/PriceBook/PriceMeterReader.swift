internal import JSON

/// Reads `meters.json`.
struct PriceMeterReader {
  static let fileName = "meters.json"

  static func meters(_ bytes: [UInt8]) throws(PriceBookProblem) -> PriceMeters {
    let place = PricePlace(file: fileName)
    let document = try PriceFileReader.document(bytes, at: place)
    let file = try PriceObject(document, at: place, allowed: ["format", "meters", "note"])
    try PriceFileReader.checkFormat(file)
    guard let listed = try file.optionalObject("meters", allowed: nil) else {
      throw place.at("meters").problem("missing")
    }
    var meters: [PriceMeter] = []
    for member in listed.members {
      let meter = try PriceObject(
        member.value, at: listed.place.at(member.name), allowed: ["per", "unit", "counts"])
      guard let per = try meter.optionalCount("per"), per > 0 else {
        throw meter.place.at("per").problem("how many units a price is for is missing, or 0")
      }
      meters.append(PriceMeter(name: member.name, unitsPerPrice: per, unit: try meter.string("unit")))
    }
    for cell in UsageCell.allCases where cell.isTokens && cell.meter.description.split(separator: ".").count == 1 {
      let name = cell.meter.description
      guard meters.contains(where: { $0.name == name && $0.isTokens }) else {
        throw listed.place.at(name).problem("missing, or not counted in tokens")
      }
    }
    return PriceMeters(meters)
  }
}
