internal import Metering

/// The usage that choices of a chat completion have each: all of one prompt, which is billed once, and of what they wrote.
struct ChoiceUsage {
  /// How many choices are told apart.
  private static let choicesMax = 128

  /// Whether a choice is being read.
  private(set) var isInChoice = false
  /// The usage of the choice that is being read, until its index is known for sure.
  private var waiting: Usage?
  private var choices: [Int64: Usage] = [:]
  private var hasNews = false

  mutating func begin() {
    isInChoice = true
    waiting = nil
  }

  mutating func read(_ usage: Usage) { waiting = usage }

  mutating func end(choice: Int64) {
    isInChoice = false
    guard let usage = waiting.take(), choices[choice] != nil || choices.count < Self.choicesMax else { return }
    choices[choice] = usage
    hasNews = true
  }

  /// The usage of all choices, if it is new.
  mutating func takeReport() -> Usage? {
    guard hasNews else { return nil }
    hasNews = false
    let usages = choices.sorted { $0.key < $1.key }.map(\.value)
    guard var sum = usages.first else { return nil }
    for usage in usages.dropFirst() {
      for cell in [UsageCell.output, .reasoning, .outputAudio] { sum[cell] = sum[cell].addingSaturated(usage[cell]) }
    }
    return sum
  }
}
