import Metering
import Testing

@Suite("The price book that the program carries")
struct EmbeddedPriceBookTests {
  @Test("has no problem")
  func hasNoProblem() throws {
    do throws(PriceBookError) {
      _ = try PriceBook(files: embeddedFiles())
    } catch {
      Issue.record("\(error)")
    }
  }
}
