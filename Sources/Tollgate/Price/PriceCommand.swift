import ArgumentParser
import Metering
import Observability

/// `tollgate price`: what a model costs, and why.
struct PriceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price",
    abstract: "Show what a model costs, from when, under which conditions and by which source.",
    discussion: """
      With --usage it prints the lines of the charge and the sum in pico-dollars (1e-12 USD), rounded once, half to even.
      Ends with 1 where the price book does not know the model.

        tollgate price claude-haiku-5-5
        tollgate price gpt-5.6-sol --at 2026-08-01
        tollgate price gpt-6.1-sol --usage in=1000,in.cached=9000,out=500 --tier flex --geo eu --format json
        tollgate price whisper-large-v3 --provider groq --usage in.audio.time=12.5s
        tollgate price dall-e-3 --usage out.images=2 --when size=1792x1024 --when quality=hd
        tollgate price gpt-5 --usage in=1000,out=500 --config tollgate.yaml
      """)

  @Argument(help: "The model, as requests or replies name it.")
  var model: String

  @Option(help: "The provider whose prices count (default: the model's maker, else the first that knows it).")
  var provider: String?

  @Option(
    help: ArgumentHelp(
      "The instant: 2026-10-14 or 2026-10-14T16:00:00Z (default: now).", valueName: "time"), transform: usage(instant))
  var at: Timestamp?

  @Option(
    name: .customLong("usage"),
    help: ArgumentHelp("What was used: in=N,in.cached=N,out=N,in.audio.time=12.5s.", valueName: "counts"),
    transform: Tollgate.usage(UsageArgument.init(parsing:)))
  var used: UsageArgument?

  @Option(help: ArgumentHelp("The size of the prompt, where no usage is given.", valueName: "tokens"))
  var promptTokens: Int64 = 0

  @Option(help: "The tier that served the call: flex, priority, fast, ...")
  var tier: String?

  @Option(help: "Where the call was processed, where it was bound to a place: us, eu, ...")
  var geo: String?

  @Option(help: "batch for a call of a batch.")
  var processing: String?

  @Option(help: "Anthropic's speed: fast.")
  var speed: String?

  @Option(help: "The endpoint, where prices differ by it: decisions.")
  var endpoint: String?

  @Option(help: "The provider's tool that ran, where prices differ by it: web_search_preview.")
  var tool: String?

  @Option(
    help: ArgumentHelp(
      "Anything else that prices depend on: size, quality, resolution, search_context, ...; repeatable.",
      valueName: "key=value"), transform: usage(ConditionArgument.init(parsing:)))
  var when: [ConditionArgument] = []

  @OptionGroup var prices: PriceBookOptions

  @Option(help: "table or json.")
  var format = PriceFormat.table

  func validate() throws {
    guard promptTokens >= 0 else { throw ValidationError("--prompt-tokens is a whole number, 0 or more") }
    guard used == nil || promptTokens == 0 else {
      throw ValidationError("--prompt-tokens stands beside --usage, which says how long the prompt is")
    }
  }

  func run() throws {
    let prices = try prices.load()
    let answer = try PriceQuestion(
      model: model, provider: provider, routes: prices.routes, at: at ?? WallClock.now(), used: used?.usage,
      promptTokens: promptTokens, context: context
    ).answer(from: prices.book)
    StandardStream.output.write(format == .json ? answer.jsonText : answer.tableText)
  }

  private var context: PricingContext {
    var context = PricingContext(
      serviceTier: tier, processing: processing, speed: speed, geo: geo, endpoint: endpoint, tool: tool)
    for condition in when { context.setCondition(named: condition.name, to: condition.value) }
    return context
  }

  private static let instant: @Sendable (String) throws(MalformedText) -> Timestamp = { text throws(MalformedText) in
    guard let instant = Timestamp(text) else {
      throw MalformedText("\"\(text)\" is no point of time; write 2026-10-14 or 2026-10-14T16:00:00Z")
    }
    return instant
  }
}

/// How a price is printed.
enum PriceFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json
}
