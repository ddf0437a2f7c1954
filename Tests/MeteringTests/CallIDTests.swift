import Metering
import Testing

@Suite("Call ids")
struct CallIDTests {
  @Test("Every id is written in thirteen characters and read back")
  func roundTrip() {
    let seed: UInt64 = 5
    var random = SeededGenerator(seed: seed)
    let values = [0, 1, 31, 32, .max] + (0..<2000).map { _ in Int64.random(in: 0...(.max), using: &random) }
    for value in values {
      let text = CallID(rawValue: value).description
      #expect(text.utf8.count == 13)
      #expect(CallID(text)?.rawValue == value, "seed \(seed): \(value)")
    }
  }

  @Test("Texts are in the order of the ids")
  func order() {
    var random = SeededGenerator(seed: 6)
    let ids = (0..<500).map { _ in CallID(rawValue: .random(in: 0...(.max), using: &random)) }
    #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
  }

  @Test(
    "Anything else is no id",
    arguments: [
      "", "0", "00000000000000", "000000000000u", "000000000000I", "000000000000-", "zzzzzzzzzzzzz", "g000000000000",
      "8000000000000", "éééééé0",
    ])
  func refuses(text: String) {
    #expect(CallID(text) == nil)
  }
}
