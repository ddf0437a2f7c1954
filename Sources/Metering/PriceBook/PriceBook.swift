/// What models cost: the files of `pricing/` and those of the operator, checked and ready to be asked.
///
/// Prices are public list prices in USD. The book is a value that never changes; a reload makes another.
public struct PriceBook: Sendable {
  let meters: PriceMeters
  let files: [PriceFile]
  /// The models of all files, one file after the other.
  let models: [PricedModel]
  /// The file of each model.
  let fileOfModel: [Int]
  private let indexes: [PriceFileIndex]
  private let firstModels: [Int]
  private let filesByName: [String: Int]
  private let searches: PriceSearches

  /// Reads files of the format of `pricing/README.md`.
  ///
  /// - Parameter files: the names without folder, such as `openai.json`, and the bytes. `meters.json` has to be among
  ///   them. Of two with the same name the later one counts, so that an operator's files come last.
  /// - Throws: everything that is wrong with the files, each with its place.
  public init(files: [(name: String, bytes: [UInt8])]) throws(PriceBookError) {
    let (meters, read) = try Self.read(files)
    self.meters = meters
    self.files = read
    indexes = read.map { PriceFileIndex($0) }
    var models: [PricedModel] = []
    var fileOfModel: [Int] = []
    var firstModels: [Int] = []
    var filesByName: [String: Int] = [:]
    for (index, file) in read.enumerated() {
      firstModels.append(models.count)
      models += file.models
      fileOfModel += Array(repeating: index, count: file.models.count)
      filesByName[file.key] = index
    }
    for (index, file) in read.enumerated() where filesByName[file.provider] == nil {
      filesByName[file.provider] = index
    }
    self.models = models
    self.fileOfModel = fileOfModel
    self.firstModels = firstModels
    self.filesByName = filesByName
    var known: [PriceSearches.Key: [PriceCandidate]] = [:]
    for (index, file) in indexes.enumerated() {
      for id in file.knownIDs {
        known[PriceSearches.Key(file: index, id: id)] = Self.placed(file.candidates(for: id), from: firstModels[index])
      }
    }
    searches = PriceSearches(known: known)
  }

  /// The providers that have a file, by the names of their files, in alphabetical order.
  public var providers: [String] { files.map(\.key).sorted() }

  /// The ids of a provider's models; empty where it has no file.
  public func modelIDs(provider: String) -> [String] {
    filesByName[provider].map { files[$0].models.map(\.id) } ?? []
  }

  /// Whether the book has a price for the model, at whatever time.
  public func knows(provider: String, fallbackProviders: [String] = [], model: String) -> Bool {
    searchOrder(provider, fallbackProviders).contains { !candidates(file: $0, id: model).isEmpty }
  }

  /// The id under which the book has the model that a name means at an instant; nil where it knows none. Whatever callers
  /// name, there are no more ids than models.
  public func modelID(
    provider: String, fallbackProviders: [String] = [], model: String, at instant: Timestamp
  ) -> String? {
    find(provider: provider, fallbackProviders: fallbackProviders, model: model, at: instant)
      .map { models[$0.model].id }
  }

  /// How many tokens the model can answer with; nil where nobody states it or the model is not known.
  public func maxOutputTokens(
    provider: String, fallbackProviders: [String] = [], model: String, at instant: Timestamp
  ) -> Int64? {
    find(provider: provider, fallbackProviders: fallbackProviders, model: model, at: instant)
      .flatMap { models[$0.model].maxOutput?.tokens }
  }

  /// Where the provider states the charge of a call itself; nil where it does not.
  public func reportedCost(provider: String) -> ReportedCost? {
    filesByName[provider].flatMap { files[$0].reportedCost }
  }

  /// Models whose greatest output nobody states, so that a budget with a hard bound cannot bound them by it.
  public var modelsWithoutMaxOutput: [(provider: String, model: String)] {
    models.indices.filter { models[$0].maxOutput == nil }.map { (files[fileOfModel[$0]].key, models[$0].id) }
  }

  /// The model that a name means at an instant: of the provider's file, else of its fallbacks, else of the caller's.
  func find(
    provider: String, fallbackProviders: [String], model: String, at instant: Timestamp
  ) -> PriceCandidate? {
    // The provider's own file has nearly every model, and needs no list of files.
    if let file = filesByName[provider] {
      if let found = candidates(file: file, id: model).first(where: { $0.isMeant(at: instant) }) { return found }
    }
    for file in searchOrder(provider, fallbackProviders) {
      if let found = candidates(file: file, id: model).first(where: { $0.isMeant(at: instant) }) { return found }
    }
    return nil
  }

  private func searchOrder(_ provider: String, _ fallbackProviders: [String]) -> [Int] {
    var order: [Int] = []
    func add(_ name: String) {
      if let file = filesByName[name], !order.contains(file) { order.append(file) }
    }
    add(provider)
    for name in filesByName[provider].map({ files[$0].fallback }) ?? [] { add(name) }
    for name in fallbackProviders { add(name) }
    return order
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

  private static func read(
    _ files: [(name: String, bytes: [UInt8])]
  ) throws(PriceBookError) -> (PriceMeters, [PriceFile]) {
    var latest: [String: [UInt8]] = [:]
    for file in files { latest[file.name] = file.bytes }
    guard let meterBytes = latest.removeValue(forKey: PriceMeterReader.fileName) else {
      let place = PricePlace(file: PriceMeterReader.fileName)
      throw PriceBookError(problems: [place.problem("missing: it says what each meter counts")])
    }
    let meters: PriceMeters
    do throws(PriceBookProblem) {
      meters = try PriceMeterReader.meters(meterBytes)
    } catch {
      throw PriceBookError(problems: [error])
    }
    var reader = PriceFileReader(meters: meters)
    var read: [PriceFile] = []
    for (name, bytes) in latest.sorted(by: { $0.key < $1.key }) {
      if let file = reader.file(name, bytes) { read.append(file) }
    }
    let lint = PriceFileLint(meters: meters)
    let problems = reader.problems + read.flatMap { lint.problems(in: $0) }
    guard problems.isEmpty else { throw PriceBookError(problems: problems) }
    return (meters, read)
  }
}
