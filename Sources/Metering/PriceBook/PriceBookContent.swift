/// A price file of the operator's own.
public struct PriceOverride: Sendable {
  /// The name without folder: `openai.json`.
  public var name: String
  /// How messages name it: its path.
  public var path: String
  public var bytes: [UInt8]

  public init(name: String, path: String, bytes: [UInt8]) {
    self.name = name
    self.path = path
    self.bytes = bytes
  }
}

/// The files of a book, read, checked, and put in order: those of one provider together, the operator's first.
struct PriceBookContent {
  private(set) var meters: PriceMeters
  private(set) var files: [PriceFile] = []
  /// By key and id, the file of the operator that an entry was taken from.
  private(set) var overridden: [String: [String: Int]] = [:]

  init(
    files: [(name: String, bytes: [UInt8])], overrides: [PriceOverride], isTrusted: Bool
  ) throws(PriceBookError) {
    var latest: [String: [UInt8]] = [:]
    for file in files { latest[file.name] = file.bytes }
    meters = try Self.meters(latest.removeValue(forKey: PriceMeterReader.fileName), overrides)
    var reader = PriceFileReader(meters: meters)
    let own = overrides.filter { $0.name != PriceMeterReader.fileName }.compactMap { override in
      reader.file(override.name, path: override.path, override.bytes, over: latest[override.name] != nil)
    }
    let isReplaced = Set(own.filter(\.isWhole).map(\.key))
    let shipped = latest.sorted { $0.key < $1.key }.compactMap { name, bytes in
      let key = String(name.dropLast(".json".count))
      return isReplaced.contains(key) ? nil : reader.file(name, path: name, bytes, over: false)
    }
    let lint = PriceFileLint(meters: meters)
    let problems = reader.problems + (own + (isTrusted ? [] : shipped)).flatMap { lint.problems(in: $0) }
    guard problems.isEmpty else { throw PriceBookError(problems: problems) }
    arrange(own, shipped)
  }

  private mutating func arrange(_ own: [PriceFile], _ shipped: [PriceFile]) {
    for key in Set((own + shipped).map(\.key)).sorted() {
      let base = shipped.first { $0.key == key }
      guard var override = own.last(where: { $0.key == key }) else {
        if let base { files.append(base) }
        continue
      }
      if let base, !override.hasIDRules { override.ids = base.ids }
      let place = files.count
      files.append(override)
      let entries = Dictionary(override.models.map { ($0.id, $0) }) { first, _ in first }
      overridden[key] = entries.mapValues { _ in place }
      guard var base else { continue }
      base.models = base.models.map { entries[$0.id] ?? $0 }
      files.append(base)
    }
  }

  private static func meters(
    _ shipped: [UInt8]?, _ overrides: [PriceOverride]
  ) throws(PriceBookError) -> PriceMeters {
    let override = overrides.last { $0.name == PriceMeterReader.fileName }
    let place = PricePlace(file: override?.path ?? PriceMeterReader.fileName)
    guard let bytes = override?.bytes ?? shipped else {
      throw PriceBookError(problems: [place.problem("missing: it says what each meter counts")])
    }
    do throws(PriceBookProblem) {
      return try PriceMeterReader.meters(bytes, at: place)
    } catch {
      throw PriceBookError(problems: [error])
    }
  }
}
