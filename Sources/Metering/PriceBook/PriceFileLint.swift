/// Judges what the parts of a file mean together. A file with a problem is not used.
struct PriceFileLint {
  let meters: PriceMeters

  func problems(in file: PriceFile) -> [PriceBookProblem] {
    let place = PricePlace(file: file.path)
    var problems = duplicates(in: file) + ties(in: file) + sourceProblems(in: file)
    let index = PriceFileIndex(file)
    for (number, alias) in file.aliases.enumerated() where index.target(of: alias) == nil {
      problems.append(place.at("aliases[\(number)].to").problem("\"\(alias.to)\" is no model of this file"))
    }
    for model in file.models {
      problems += spelling(of: model, in: file)
      problems += order(of: model, in: file)
      for (number, period) in model.periods.enumerated() {
        let periodPlace = PricePlace(file: place.file, model: model.id, key: "prices[\(number)]")
        problems += PricePeriodLint(meters: meters, place: periodPlace).problems(in: period)
      }
    }
    return problems
  }

  /// Two models with one id, or one id that leads to two models.
  private func duplicates(in file: PriceFile) -> [PriceBookProblem] {
    var problems: [PriceBookProblem] = []
    var ids: Set<String> = []
    var owners: [String: String] = [:]
    for model in file.models {
      let place = PricePlace(file: file.path, model: model.id)
      if !ids.insert(model.id).inserted { problems.append(place.at("id").problem("occurs twice in this file")) }
      for glob in model.match where glob.isLiteral {
        if let owner = owners[glob.text], owner != model.id {
          problems.append(place.at("match").problem("\"\(glob.text)\" leads to \(owner) already"))
        }
        owners[glob.text] = model.id
      }
    }
    return problems
  }

  /// Globs of the same weight of two models that take the same id: neither is the better one.
  private func ties(in file: PriceFile) -> [PriceBookProblem] {
    var problems: [PriceBookProblem] = []
    var byWeight: [Int: [(glob: ModelGlob, model: PricedModel)]] = [:]
    for model in file.models {
      for glob in model.match where !glob.isLiteral {
        let rivals = byWeight[glob.weight] ?? []
        for rival in rivals where rival.model.id != model.id && tie(rival.glob, glob) {
          let place = PricePlace(file: file.path, model: model.id, key: "match")
          problems.append(
            place.problem(
              "\"\(glob.text)\" and \"\(rival.glob.text)\" of \(rival.model.id) take the same ids and say as much; "
                + "make one of them longer"))
        }
        byWeight[glob.weight, default: []].append((glob, model))
      }
    }
    return problems
  }

  private func tie(_ first: ModelGlob, _ second: ModelGlob) -> Bool {
    guard let length = first.shortestCommonID(with: second) else { return false }
    return length <= first.weight + first.weight / 2
  }

  private func sourceProblems(in file: PriceFile) -> [PriceBookProblem] {
    let place = PricePlace(file: file.path)
    let known = Set(file.sources.map(\.key))
    var problems: [PriceBookProblem] = []
    func check(_ source: String, _ place: PricePlace) {
      if known.contains(source) || source.hasPrefix("https://") { return }
      problems.append(place.problem("\"\(source)\" is not among the file's sources"))
    }
    for (number, alias) in file.aliases.enumerated() { check(alias.source, place.at("aliases[\(number)].source")) }
    if let reported = file.reportedCost { check(reported.source, place.at("reported_cost.source")) }
    for model in file.models {
      let modelPlace = PricePlace(file: place.file, model: model.id)
      if let maxOutput = model.maxOutput { check(maxOutput.source, modelPlace.at("max_output.source")) }
      for page in model.pages { check(page, modelPlace.at("pages")) }
      for (number, period) in model.periods.enumerated() {
        let periodPlace = modelPlace.at("prices[\(number)]")
        check(period.source, periodPlace.at("source"))
        for (index, adjustment) in period.adjustments.enumerated() {
          check(adjustment.source, periodPlace.at("adjust[\(index)].source"))
        }
      }
    }
    return problems
  }

  /// Ids are compared in lower case, so that an upper-case letter in the file could never match.
  private func spelling(of model: PricedModel, in file: PriceFile) -> [PriceBookProblem] {
    guard file.ids.isLowercased else { return [] }
    let place = PricePlace(file: file.path, model: model.id, key: "match")
    return (model.match + model.not).filter { $0.text != $0.text.lowercased() }
      .map { place.problem("\"\($0.text)\" can match nothing: ids are compared in lower case") }
  }

  /// Each period begins later than the one before it; only the first may have begun ever since.
  private func order(of model: PricedModel, in file: PriceFile) -> [PriceBookProblem] {
    let place = PricePlace(file: file.path, model: model.id)
    var problems: [PriceBookProblem] = []
    for (number, period) in model.periods.enumerated().dropFirst() {
      let fromPlace = place.at("prices[\(number)].from")
      guard let from = period.from else {
        problems.append(fromPlace.problem("missing: only the first period may do without"))
        continue
      }
      let previous = model.periods[number - 1]
      if let earlier = previous.from, from <= earlier {
        problems.append(fromPlace.problem("not after the period before it"))
      }
      if let end = previous.to, end > from {
        problems.append(place.at("prices[\(number - 1)].to").problem("after the next period has begun"))
      }
    }
    return problems
  }
}
