import CPriceBook
import Metering

extension PriceBook {
  /// The price book that came with the program, with an operator's entries and files before it.
  ///
  /// - Throws: ``CommandFailure`` where the directory cannot be read or a file is not in order.
  static func load(directory: PriceBookDirectory?) throws(CommandFailure) -> PriceBook {
    let overrides = try directory?.files() ?? []
    do throws(PriceBookError) {
      // What is embedded has passed the same checks in the tests, but an operator's meters may change what it means.
      let isTrusted = !overrides.contains { $0.name == "meters.json" }
      return try PriceBook(files: builtInFiles, overrides: overrides, isTrusted: isTrusted)
    } catch {
      throw CommandFailure(
        "the price book is not in order; pricing/README.md says what a price file is\n\(error)",
        exitCode: .badConfiguration)
    }
  }

  /// The files of `pricing/` as they stood when the program was built.
  private static var builtInFiles: [(name: String, bytes: [UInt8])] {
    (0..<tollgate_price_file_count()).map { index in
      let file = tollgate_price_file_at(index)
      return (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: file.length)))
    }
  }
}
