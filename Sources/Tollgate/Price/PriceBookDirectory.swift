import FoundationEssentials
import Metering

/// An operator's directory of price files.
struct PriceBookDirectory: Sendable, Equatable {
  var path: String

  /// What tells one state of the directory from another: the name, size and time of each price file.
  struct Fingerprint: Sendable, Equatable {
    fileprivate var files: [File]

    fileprivate struct File: Sendable, Equatable {
      var name: String
      var size: UInt64
      var modified: Date
    }
  }

  /// Nil where the directory cannot be read.
  func fingerprint() -> Fingerprint? {
    guard let names = try? names() else { return nil }
    return Fingerprint(
      files: names.compactMap { name in
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url(name).path) else { return nil }
        return Fingerprint.File(
          name: name, size: attributes[.size] as? UInt64 ?? 0,
          modified: attributes[.modificationDate] as? Date ?? Date.distantPast)
      })
  }

  /// The files.
  ///
  /// - Throws: ``CommandFailure`` where the directory or a file cannot be read.
  func files() throws(CommandFailure) -> [PriceOverride] {
    do {
      return try names().map { name in
        PriceOverride(name: name, path: url(name).path, bytes: [UInt8](try Data(contentsOf: url(name))))
      }
    } catch {
      throw CommandFailure("the price book directory \(path) cannot be read: does it exist, and may you read it?")
    }
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
      .sorted()
  }

  private func url(_ name: String) -> URL { URL(filePath: path).appending(path: name) }
}
