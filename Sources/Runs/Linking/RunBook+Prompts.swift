public import Dialects
public import Metering

/// What providers reported of prompts, by what these say and by the responses that they led to. Only callers that nothing tells apart
/// find what each other's were.
extension RunBook {
  /// How long a report counts: a name may come to stand for another model, which has other tokens.
  static let reportSecondsMax: UInt32 = 24 * 3600

  /// The longest of a request's beginnings that a provider has counted.
  public func counted(_ outline: PromptOutline, of call: LinkedCall, at now: Timestamp) -> KnownBeginning? {
    for beginning in outline.beginnings.reversed() {
      let key = keys.link(.prompt, beginning.words, in: call.scope.caller)
      let known = reports(of: key, at: now)
      guard let link = known.first(where: { $0.opening == beginning.thoughts }) ?? known.first else { continue }
      return KnownBeginning(beginning, CountedPrompt(tokens: Int64(link.evidence), thoughts: link.opening))
    }
    return nil
  }

  /// The tokens of what stands before a request that follows a stored response, where a provider has counted that for one with the same
  /// instructions and tools.
  public func contextTokens(
    behind response: Fingerprint, _ outline: PromptOutline, of call: LinkedCall, at now: Timestamp
  ) -> Int64? {
    reports(of: contextKey(response, outline.rest, call), at: now).first.map { Int64($0.evidence) }
  }

  mutating func remember(
    _ report: PromptReport, behind response: Fingerprint?, of call: LinkedCall, at now: Timestamp
  ) {
    let link = Link(key: 0, run: call.slot, seconds: Self.seconds(now))
    if let messages = report.messages {
      keep(link, keys.link(.prompt, messages.words, in: call.scope.caller), report.promptTokens, messages.thoughts)
    }
    if let tokens = report.contextTokens, let response {
      keep(link, contextKey(response, report.rest, call), tokens, 0)
    }
  }

  /// Keeps a report. Of two of the same prompt the greater one counts: providers' counts of it may differ by a token.
  private mutating func keep(_ link: Link, _ key: UInt64, _ tokens: Int64, _ thoughts: UInt32) {
    // A prompt without tokens is none that was counted.
    guard tokens > 0, let tokens = UInt32(exactly: tokens) else { return }
    let known = links.numbers(of: key).first { number in
      links[number].map { $0.run == link.run && $0.opening == thoughts } ?? false
    }
    if let known {
      change(known) {
        $0.evidence = max($0.evidence, tokens)
        $0.seconds = link.seconds
      }
    } else {
      var link = link
      link.key = key
      link.evidence = tokens
      link.opening = thoughts
      insert(link)
    }
  }

  private func contextKey(_ response: Fingerprint, _ rest: Fingerprint, _ call: LinkedCall) -> UInt64 {
    keys.link(.context, Fingerprint(bits: keys.mixed(response.bits, rest.bits)), in: call.scope.caller)
  }

  /// The reports of a key that still count, the newest first.
  private func reports(of key: UInt64, at now: Timestamp) -> [Link] {
    links.numbers(of: key).compactMap { links[$0] }.filter { link in
      let age = Int64(Self.seconds(now)) &- Int64(link.seconds)
      return runs.isOpen(link.run) && age <= Int64(Self.reportSecondsMax)
    }
  }

  private static func seconds(_ now: Timestamp) -> UInt32 { UInt32(clamping: now.unixMicroseconds / 1_000_000) }
}
