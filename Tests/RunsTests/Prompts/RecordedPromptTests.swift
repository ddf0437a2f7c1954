import Dialects
import Metering
import Testing

@testable import Runs

/// What real providers reported of real prompts, turn by turn.
@Suite struct RecordedPromptTests {
  @Test(
    "In recorded conversations no bound is below what was reported, and reports bound closer than bytes",
    .enabled(if: !RecordedCall.all.isEmpty))
  func bounds() {
    let prompting = Prompting()
    var turns = 0
    for call in RecordedCall.all {
      prompting.endpoint = call.endpoint
      prompting.provider = call.provider
      prompting.caller = RunCaller(workflow: call.cassette, agent: "agent", provider: call.provider)
      var reader = RequestReader(endpoint: call.endpoint)
      reader.consume(call.body.span.bytes)
      prompting.model = reader.finish().model ?? ""
      let asked = prompting.ask(call.body)
      let reported = call.replyFacts.usage.first?.usage.promptTokens ?? 0
      if let bound = asked.byReport, reported > 0 {
        turns += 1
        let byBytes = asked.byBytes.map(String.init) ?? "none"
        print(
          "\(call.cassette) \(call.place): \(reported) reported, \(bound) by the report before, \(byBytes) by bytes")
        #expect(bound >= reported, "\(call.name)")
      }
      prompting.end(asked, call.replyFacts)
    }
    print("prompts that were bounded by what was reported before: \(turns)")
    #expect(turns >= 5)
  }
}
