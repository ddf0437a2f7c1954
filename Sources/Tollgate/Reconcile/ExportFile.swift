import FoundationEssentials
import JSON
import Metering

/// Reads files of exports, whatever they are: pages of the providers' cost and usage endpoints as JSON (one page, an array of
/// pages, or a page a line), or CSV.
enum ExportFile {
  /// The largest file, in bytes.
  static let bytesMax = 256 << 20

  /// - Throws: ``ExportError``.
  static func read(paths: [String]) throws(ExportError) -> ProviderExport {
    var export = ProviderExport()
    for path in paths {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw ExportError("\(path) cannot be read: does it exist, and may you read it?")
      }
      guard data.count <= bytesMax else {
        throw ExportError("\(path) is larger than \(bytesMax >> 20) MiB; split it by time")
      }
      try add(Array(data), name: path, to: &export)
    }
    return export
  }

  /// Adds one file.
  static func add(_ bytes: [UInt8], name: String, to export: inout ProviderExport) throws(ExportError) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let first = bytes[start...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    switch first {
    case nil: throw ExportError("\(name) is empty")
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let pages = try pages(bytes, name: name)
      for (number, page) in pages.enumerated() {
        try ExportPage(page, name: pages.count > 1 ? "\(name), page \(number + 1)" : name).add(to: &export)
      }
      // The last page of a list says that there are no more; which one it is, only its content tells.
      if !pages.isEmpty, pages.allSatisfy({ $0["has_more"] == .bool(true) }) {
        export.note(
          "\(name) says that there are more pages (has_more): ask for them with page=\(pages.last?["next_page"]?.string ?? "…")"
            + ", and give them too")
      }
    default: try ExportCSV(bytes, name: name).add(to: &export)
    }
  }

  private static func pages(_ bytes: [UInt8], name: String) throws(ExportError) -> [JSON.JSONValue] {
    do throws(JSONError) {
      let value = try JSON.JSONValue.parse(bytes)
      return value.elements ?? [value]
    } catch {
      // A page a line is no document as a whole.
      let lines = bytes.split(separator: 0x0A).filter { line in line.contains { $0 > 0x20 } }
      guard lines.count > 1 else { throw ExportError("\(name) is not JSON: \(error.description)") }
      var pages: [JSON.JSONValue] = []
      for (number, line) in lines.enumerated() {
        do throws(JSONError) {
          pages.append(try JSON.JSONValue.parse(Array(line)))
        } catch {
          throw ExportError("\(name), line \(number + 1) is not JSON: \(error.reason)")
        }
      }
      return pages
    }
  }
}
