internal import JSON

/// Reads a provider's file, form only: what its parts mean together is ``PriceFileLint``'s to judge.
struct PriceFileReader {
  let meters: PriceMeters
  private(set) var problems: [PriceBookProblem] = []

  init(meters: PriceMeters) { self.meters = meters }

  /// Reads what can be read; everything else is added to ``problems``.
  ///
  /// - Parameter over: whether the file may leave out what the one it stands before says.
  mutating func file(_ fileName: String, path: String, _ bytes: [UInt8], over: Bool) -> PriceFile? {
    do throws(PriceBookProblem) {
      return try read(fileName, PricePlace(file: path), bytes, over)
    } catch {
      problems.append(error)
      return nil
    }
  }

  static func document(_ bytes: [UInt8], at place: PricePlace) throws(PriceBookProblem) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue.parse(bytes)
    } catch {
      throw place.problem("not JSON: \(error)")
    }
  }

  static func checkFormat(_ file: PriceObject) throws(PriceBookProblem) {
    guard try file.optionalCount("format") == 1 else {
      throw file.place.at("format").problem("this program reads format 1")
    }
  }

  private mutating func read(
    _ fileName: String, _ place: PricePlace, _ bytes: [UInt8], _ over: Bool
  ) throws(PriceBookProblem) -> PriceFile {
    let object = try PriceObject(
      try Self.document(bytes, at: place), at: place,
      allowed: [
        "format", "provider", "name", "currency", "providers", "api_pattern", "hosts", "ids", "fallback",
        "reported_cost", "sources", "aliases", "note", "whole", "models",
      ])
    try Self.checkFormat(object)
    let key = String(fileName.dropLast(".json".count))
    let isWhole = try object.optionalBool("whole") ?? false
    let isPart = over && !isWhole
    guard try object.string("currency", or: isPart ? "USD" : nil) == "USD" else {
      throw place.at("currency").problem("only USD is known")
    }
    _ = try object.optionalString("api_pattern")
    var file = PriceFile(
      key: key, path: place.file, provider: try object.string("provider", or: isPart ? key : nil),
      name: try object.string("name", or: isPart ? key : nil))
    file.isWhole = isWhole
    file.hasIDRules = object.has("ids")
    file.providers = try object.strings("providers")
    file.hosts = try hosts(object)
    file.fallback = try object.strings("fallback")
    file.note = try object.optionalString("note")
    file.ids = try ids(object)
    file.reportedCost = try reportedCost(object)
    file.sources = try sources(object)
    file.aliases = try aliases(object)
    for (value, modelPlace) in try object.elements("models") {
      do throws(PriceBookProblem) {
        file.models.append(try PricedModelReader(meters: meters).model(value, at: modelPlace))
      } catch {
        problems.append(error)
      }
    }
    return file
  }

  private func ids(_ file: PriceObject) throws(PriceBookProblem) -> PriceIDRules {
    let allowed = ["lowercase", "strip", "compact_date", "prefix"]
    guard let object = try file.optionalObject("ids", allowed: allowed) else { return PriceIDRules() }
    var rules = PriceIDRules()
    rules.isLowercased = try object.optionalBool("lowercase") ?? true
    rules.strip = try object.strings("strip")
    rules.hasCompactDates = try object.optionalBool("compact_date") ?? false
    guard let prefixes = try object.optionalObject("prefix", allowed: nil) else { return rules }
    for member in prefixes.members {
      let sets = try sets(member.value, at: prefixes.place.at(member.name))
      rules.prefixes.append(PriceIDRules.Prefix(text: member.name, sets: sets))
    }
    return rules
  }

  /// What a prefix or a host says about a call: keys of `when` with one value each.
  private func sets(
    _ value: JSONValue, at place: PricePlace
  ) throws(PriceBookProblem) -> [(key: PriceConditionKey, value: String)] {
    let object = try PriceObject(value, at: place, allowed: PriceConditionKey.allCases.map(\.rawValue))
    var pairs: [(key: PriceConditionKey, value: String)] = []
    for pair in object.members {
      guard let key = PriceConditionKey(rawValue: pair.name) else { continue }
      pairs.append((key, try object.string(pair.name)))
    }
    return pairs
  }

  /// Hosts are texts, or objects where the host says something about the price.
  private func hosts(_ file: PriceObject) throws(PriceBookProblem) -> [PriceHost] {
    var hosts: [PriceHost] = []
    for (value, place) in try file.elements("hosts") {
      if let text = value.string, !text.isEmpty {
        hosts.append(PriceHost(glob: ModelGlob(text.lowercased())))
        continue
      }
      let object = try PriceObject(value, at: place, allowed: ["host", "sets"])
      var host = PriceHost(glob: ModelGlob(try object.string("host").lowercased()))
      if let sets = object["sets"] { host.sets = try self.sets(sets, at: place.at("sets")) }
      hosts.append(host)
    }
    return hosts
  }

  private func reportedCost(_ file: PriceObject) throws(PriceBookProblem) -> ReportedCost? {
    let allowed = ["path", "usd_per_unit", "source"]
    guard let object = try file.optionalObject("reported_cost", allowed: allowed) else { return nil }
    let unit = try object.string("usd_per_unit")
    guard ExactFraction(unit) != nil else {
      throw object.place.at("usd_per_unit").problem("\"\(unit)\" is neither a decimal nor a fraction")
    }
    return ReportedCost(path: try object.string("path"), usdPerUnit: unit, source: try object.string("source"))
  }

  private func sources(_ file: PriceObject) throws(PriceBookProblem) -> [PriceSource] {
    guard let object = try file.optionalObject("sources", allowed: nil) else { return [] }
    var sources: [PriceSource] = []
    for member in object.members {
      let source = try PriceObject(
        member.value, at: object.place.at(member.name), allowed: ["what", "url", "licence", "taken", "cites"])
      _ = try source.strings("cites")
      sources.append(
        PriceSource(
          key: member.name, what: try source.string("what"), url: try source.string("url"),
          licence: try source.optionalString("licence"), taken: try source.optionalString("taken")))
    }
    return sources
  }

  private func aliases(_ file: PriceObject) throws(PriceBookProblem) -> [PriceAlias] {
    var aliases: [PriceAlias] = []
    for (value, place) in try file.elements("aliases") {
      let object = try PriceObject(value, at: place, allowed: ["id", "to", "from", "to_date", "source", "note"])
      aliases.append(
        PriceAlias(
          id: try object.string("id"), to: try object.string("to"), from: try object.optionalInstant("from"),
          toDate: try object.optionalInstant("to_date"), source: try object.string("source")))
    }
    return aliases
  }
}
