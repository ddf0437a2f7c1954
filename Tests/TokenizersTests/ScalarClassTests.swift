import Testing

@testable import Tokenizers

@Suite("The class table")
struct ScalarClassTests {
  @Test("It agrees with the standard library on every scalar that both know, and is whole")
  func table() {
    var differences = 0
    for code in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(code) else { continue }
      let category = scalar.properties.generalCategory
      if category == .unassigned { continue }
      if expected(scalar, category)
        != ScalarClasses.all.at(code).intersection([.head, .tail, .letter, .number, .blank])
      {
        differences += 1
      }
    }
    // A scalar of another Unicode version may have been unassigned, or have changed: 16.0.0 is ours.
    #expect(differences < 6_000)
    #expect(ScalarClasses.all.at(0x10FFFF) == [])
    #expect(ScalarClasses.all.at(0x4E00) == [.head, .tail, .letter, .eastAsian])
    #expect(ScalarClasses.all.at(0x41) == [.head, .letter, .latin])
    #expect(ScalarClasses.all.at(0x0A) == [.blank, .lineBreak])
  }

  private func expected(_ scalar: Unicode.Scalar, _ category: Unicode.GeneralCategory) -> ScalarClass {
    var classes: ScalarClass =
      switch category {
      case .uppercaseLetter, .titlecaseLetter: [.head, .letter]
      case .lowercaseLetter: [.tail, .letter]
      case .modifierLetter, .otherLetter: [.head, .tail, .letter]
      case .nonspacingMark, .spacingMark, .enclosingMark: [.head, .tail]
      case .decimalNumber, .letterNumber, .otherNumber: [.number]
      default: []
      }
    if scalar.properties.isWhitespace { classes.insert(.blank) }
    return classes
  }
}
