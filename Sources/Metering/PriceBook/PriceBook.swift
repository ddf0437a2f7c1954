/// What models cost: the files of `pricing/` and those of the operator, checked and ready to be asked.
///
/// Prices are public list prices in USD. The book never changes; a reload makes another.
public final class PriceBook: Sendable {
  let meters: PriceMeters
  let files: [PriceFile]
  /// The models of all files, one file after the other.
  let models: [PricedModel]
  /// The file of each model.
  let fileOfModel: [Int]
  let groups: PriceGroups
  private let indexes: [PriceFileIndex]
  private let firstModels: [Int]
  private let searches: PriceSearches

  /// Reads files of the format of `pricing/README.md`.
  ///
  /// - Parameters:
  ///   - files: the names without folder, such as `openai.json`, and the bytes. `meters.json` has to be among them. Of two
  ///     with the same name the later one counts.
  ///   - overrides: an operator's files: their models stand before those of the same file in `files` and take the place of
  ///     those with the same id, unless the file says `"whole": true`.
  ///   - isTrusted: whether `files` are known to be sound, so that only their form is checked.
  /// - Throws: everything that is wrong with the files, each with its place.
  public init(
    files: [(name: String, bytes: [UInt8])], overrides: [PriceOverride] = [], isTrusted: Bool = false
  ) throws(PriceBookError) {
    let content = try PriceBookContent(files: files, overrides: overrides, isTrusted: isTrusted)
    meters = content.meters
    self.files = content.files
    groups = PriceGroups(content.files)
    indexes = content.files.map { PriceFileIndex($0) }
    var models: [PricedModel] = []
    var fileOfModel: [Int] = []
    var firstModels: [Int] = []
    for (index, file) in content.files.enumerated() {
      firstModels.append(models.count)
      models += file.models
      fileOfModel += file.models.map { content.overridden[file.key]?[$0.id] ?? index }
    }
    self.models = models
    self.fileOfModel = fileOfModel
    self.firstModels = firstModels
    var known: [PriceSearches.Key: [PriceCandidate]] = [:]
    for (index, file) in indexes.enumerated() {
      for id in file.knownIDs {
        known[PriceSearches.Key(file: index, id: id)] = Self.placed(file.candidates(for: id), from: firstModels[index])
      }
    }
    searches = PriceSearches(known: known)
  }

  /// The providers that have a file, by the names of their files, in alphabetical order.
  public var providers: [String] { groups.all.map(\.key).sorted() }

  /// Whether there is a file of this name, or of a provider of this name.
  public func hasPrices(of name: String) -> Bool { groups.group(named: name) != nil }

  /// Whether there is a file for a provider's calls.
  public func hasPrices(for terms: PriceTerms) -> Bool { groups.group(for: terms) != nil }

  /// The ids of a provider's models, each once; empty where it has no file.
  public func modelIDs(provider: String) -> [String] {
    guard let group = groups.group(named: provider) else { return [] }
    var seen: Set<String> = []
    return groups.all[group].layers.flatMap { files[$0].models.map(\.id) }.filter { seen.insert($0).inserted }
  }

  /// Whether the book has a price for the model, at whatever time.
  ///
  /// - Parameter dialect: the wire dialect of the call, whose own provider is asked where the book does not know this one.
  public func knows(_ terms: PriceTerms, dialect: String? = nil, model: String) -> Bool {
    search(terms, dialect: dialect, model: model) { _ in true } != nil
  }

  /// The id under which the book has the model that a name means at an instant; nil where it knows none. Whatever callers
  /// name, there are no more ids than models.
  public func modelID(_ terms: PriceTerms, dialect: String? = nil, model: String, at instant: Timestamp) -> String? {
    find(terms, dialect: dialect, model: model, at: instant).map { models[$0.model].id }
  }

  /// How many tokens the model can answer with; nil where nobody states it or the model is not known.
  public func maxOutputTokens(
    _ terms: PriceTerms, dialect: String? = nil, model: String, at instant: Timestamp
  ) -> Int64? {
    find(terms, dialect: dialect, model: model, at: instant).flatMap { models[$0.model].maxOutput?.tokens }
  }

  /// Where the provider states the charge of a call itself; nil where it does not.
  public func reportedCost(provider: String) -> ReportedCost? {
    groups.group(named: provider).flatMap { group in
      groups.all[group].layers.lazy.compactMap { self.files[$0].reportedCost }.first
    }
  }

  /// Models whose greatest output nobody states, so that a budget with a hard bound cannot bound them by it.
  public var modelsWithoutMaxOutput: [(provider: String, model: String)] {
    models.indices.filter { models[$0].maxOutput == nil }.map { (files[fileOfModel[$0]].key, models[$0].id) }
  }

  /// The model that a name means at an instant.
  func find(_ terms: PriceTerms, dialect: String?, model: String, at instant: Timestamp) -> PriceCandidate? {
    search(terms, dialect: dialect, model: model) { $0.isMeant(at: instant) }
  }

  /// The provider's own files are searched, then those of its fallbacks. A provider that the book does not know has neither:
  /// the file of its dialect is searched, and only for ids that it writes out, of models that nobody else serves.
  private func search(
    _ terms: PriceTerms, dialect: String?, model: String, where isMeant: (PriceCandidate) -> Bool
  ) -> PriceCandidate? {
    guard let (group, host) = groups.group(for: terms) else {
      guard let group = dialect.flatMap(groups.group(named:)) else { return nil }
      return search(group, model) { $0.isExplicit && !models[$0.model].isOpen && isMeant($0) }
    }
    var found = search(group, model, where: isMeant)
    for name in groups.all[group].fallback where found == nil {
      found = groups.group(named: name).flatMap { search($0, model, where: isMeant) }
    }
    if let sets = host?.sets, !sets.isEmpty { found?.sets.insert(contentsOf: sets, at: 0) }
    return found
  }

  private func search(_ group: Int, _ model: String, where isMeant: (PriceCandidate) -> Bool) -> PriceCandidate? {
    for file in groups.all[group].layers {
      if let found = candidates(file: file, id: model).first(where: isMeant) { return found }
    }
    return nil
  }

  private func candidates(file: Int, id: String) -> [PriceCandidate] {
    searches.candidates(file: file, id: id) {
      Self.placed(indexes[file].candidates(for: id), from: firstModels[file])
    }
  }

  private static func placed(_ candidates: [PriceCandidate], from first: Int) -> [PriceCandidate] {
    candidates.map { candidate in
      var placed = candidate
      placed.model += first
      return placed
    }
  }
}
