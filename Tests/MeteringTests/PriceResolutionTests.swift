import Foundation
import Testing

@testable import Metering

/// The Python readers of the price files: one of the project's own, and one beside the recordings where it is present.
@Suite("Prices under conditions", .enabled(if: PythonReader.isPresent, "NO PYTHON 3 to run the other readers with"))
struct PriceResolutionTests {
  @Test("Tens of thousands of resolutions, over every file, equal those of independent readers")
  func equalTheIndependentReaders() throws {
    let book = try #require(embeddedBook)
    var counts: [String: Int] = [:]
    for line in try PythonReader.resolutions() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 7 else {
        Issue.record("not a resolution: \(line)")
        continue
      }
      let (model, rates) = try resolve(fields, in: book)
      let isSame = model == fields[5] && rates == fields[6]
      #expect(isSame, "\(line)\nis here \(model)\t\(rates)")
      counts[fields[0], default: 0] += 1
    }
    #expect(counts.keys.sorted() == book.providers)
    #expect(counts.values.reduce(0, +) > 20_000)
  }

  private func resolve(_ fields: [String], in book: PriceBook) throws -> (model: String, rates: String) {
    let instant = try instant(fields[2])
    let size = try #require(Int64(fields[3]))
    var context = PricingContext()
    for pair in fields[4].split(separator: ",") where pair != "-" {
      let sides = pair.split(separator: "=").map(String.init)
      context[try #require(PriceConditionKey(rawValue: sides[0]))] = sides[1]
    }
    let terms = PriceTerms(provider: fields[0], priceFile: fields[0])
    guard let (found, period) = book.priced(fields[1], terms, dialect: nil, at: instant) else { return ("none", "") }
    let rates = period.rates(at: instant, promptTokens: size, context: context)
    let texts: [String] = period.slots.enumerated().compactMap { slot, meter in
      guard let rate = rates[slot] else { return nil }
      let value = rate.denominator == 1 ? "\(rate.numerator)" : "\(rate.numerator)/\(rate.denominator)"
      return "\(book.meters[meter].name)=\(value)"
    }
    let sorted = texts.sorted { $0.split(separator: "=")[0] < $1.split(separator: "=")[0] }
    return (book.models[found.model].id, sorted.joined(separator: " "))
  }
}

/// Runs Fixtures/price_resolutions.py.
enum PythonReader {
  static let executable = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  static var isPresent: Bool { executable != nil }

  /// One resolution a line.
  static func resolutions() throws -> [Substring] {
    let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    let reference =
      ProcessInfo.processInfo.environment["TOLLGATE_PRICE_REFERENCE"]
      ?? folder.appending(path: "../../../shared/pricing-data/reference_reader.py").path()
    let process = Process()
    process.executableURL = URL(filePath: try #require(executable))
    process.arguments = [folder.appending(path: "Fixtures/price_resolutions.py").path()]
    if FileManager.default.fileExists(atPath: reference) {
      process.arguments? += ["--reference", reference]
    } else {
      print("NO THIRD READER at \(reference); set TOLLGATE_PRICE_REFERENCE. Compared with the second one only.")
    }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "the readers in Python disagree, or broke off")
    return text.split(separator: "\n")
  }
}
