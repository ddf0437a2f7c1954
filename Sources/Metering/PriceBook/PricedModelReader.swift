internal import JSON

/// Reads one model of a price file.
struct PricedModelReader {
  let meters: PriceMeters

  func model(_ value: JSONValue, at filePlace: PricePlace) throws(PriceBookProblem) -> PricedModel {
    let place = PricePlace(file: filePlace.file, model: value["id"]?.string ?? filePlace.key)
    let object = try PriceObject(
      value, at: place,
      allowed: [
        "id", "name", "context", "max_output", "deprecated", "open", "match", "not", "pages", "note", "free", "prices",
        "agrees",
        "disagrees",
      ])
    var model = PricedModel(id: try object.string("id"))
    model.name = try object.optionalString("name")
    model.contextTokens = try object.optionalCount("context")
    model.maxOutput = try maxOutput(object)
    model.isDeprecated = try object.optionalBool("deprecated") ?? false
    model.isOpen = try object.optionalBool("open") ?? false
    model.match = try object.strings("match").map { ModelGlob($0) }
    model.not = try object.strings("not").map { ModelGlob($0) }
    model.pages = try object.strings("pages")
    model.note = try object.optionalString("note")
    model.allowances = try allowances(object)
    _ = try object.optionalObject("agrees", allowed: nil)
    try checkDisagreements(object)
    guard !model.match.isEmpty else { throw place.at("match").problem("no id leads to this model") }
    for (period, periodPlace) in try object.elements("prices") {
      model.periods.append(try PricePeriodReader(meters: meters).period(period, at: periodPlace))
    }
    guard !model.periods.isEmpty else { throw place.at("prices").problem("missing") }
    return model
  }

  private func maxOutput(_ model: PriceObject) throws(PriceBookProblem) -> MaxOutput? {
    guard let object = try model.optionalObject("max_output", allowed: ["tokens", "source"]) else { return nil }
    guard let tokens = try object.optionalCount("tokens"), tokens > 0 else {
      throw object.place.at("tokens").problem("missing, or 0")
    }
    return MaxOutput(tokens: tokens, source: try object.string("source"))
  }

  private func allowances(_ model: PriceObject) throws(PriceBookProblem) -> [FreeAllowance] {
    guard let object = try model.optionalObject("free", allowed: nil) else { return [] }
    var allowances: [FreeAllowance] = []
    for member in object.members {
      let place = object.place.at(member.name)
      guard meters.id(of: member.name) != nil else { throw place.problem("no such meter in meters.json") }
      let entry = try PriceObject(member.value, at: place, allowed: ["count", "period", "shared_group"])
      guard let count = try entry.optionalCount("count") else { throw place.at("count").problem("missing") }
      let period = try entry.string("period")
      guard ["day", "month"].contains(period) else { throw place.at("period").problem("day or month") }
      allowances.append(
        FreeAllowance(
          meter: member.name, count: count, period: period, sharedGroup: try entry.optionalString("shared_group")))
    }
    return allowances
  }

  /// Disagreements are for readers of the file; only their form is checked.
  private func checkDisagreements(_ model: PriceObject) throws(PriceBookProblem) {
    for (value, place) in try model.elements("disagrees") {
      _ = try PriceObject(
        value, at: place, allowed: ["source", "meter", "when", "above", "here", "says", "note", "url"])
    }
  }
}
