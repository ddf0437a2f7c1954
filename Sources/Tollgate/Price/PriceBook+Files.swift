import CPriceBook
import FoundationEssentials
import Metering

extension PriceBook {
  /// The price book that came with the program, with the files of an operator's directory on top: a file takes the place of
  /// the built-in one of the same name, or is added.
  ///
  /// - Throws: ``CommandFailure`` where the directory cannot be read or a file is not in order.
  static func load(directory: String?) throws(CommandFailure) -> PriceBook {
    var files = builtInFiles
    if let directory {
      for file in try Self.files(of: directory) {
        files.removeAll { $0.name == file.name }
        files.append(file)
      }
    }
    do throws(PriceBookError) {
      return try PriceBook(files: files)
    } catch {
      throw CommandFailure("the price book is not in order\n\(error)", exitCode: .badConfiguration)
    }
  }

  /// The files of `pricing/` as they stood when the program was built.
  private static var builtInFiles: [(name: String, bytes: [UInt8])] {
    (0..<tollgate_price_file_count()).map { index in
      let file = tollgate_price_file_at(index)
      return (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: file.length)))
    }
  }

  private static func files(of directory: String) throws(CommandFailure) -> [(name: String, bytes: [UInt8])] {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".json") }
        .sorted()
      return try names.map { name in
        (name, [UInt8](try Data(contentsOf: URL(filePath: directory).appending(path: name))))
      }
    } catch {
      throw CommandFailure("the price book directory \(directory) cannot be read: does it exist, and may you read it?")
    }
  }
}
