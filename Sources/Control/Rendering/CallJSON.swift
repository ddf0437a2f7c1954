internal import JSON
public import Ledger
public import Metering
public import Observability

/// A call as the API and the reports show it.
public enum CallJSON {
  /// What is shown of a call that stands by itself, or in its run, and not in a list.
  public struct Detail: Sendable {
    /// The tools that its reply asked for, with what became of them.
    public var tools: [RunTool]
    /// What was noticed of it.
    public var events: [RunEvent]

    public init(tools: [RunTool] = [], events: [RunEvent] = []) {
      self.tools = tools
      self.events = events
    }
  }

  /// One call.
  ///
  /// - Parameter adjustments: what was booked for it since, in that order.
  public static func document(
    _ call: CallRecord, adjustments: [Adjustment] = [], detail: Detail = Detail()
  ) -> [UInt8] {
    var writer = JSONWriter()
    write(call, adjustments: adjustments, detail: detail, to: &writer)
    return writer.bytes
  }

  /// A page of calls: `{"rows": [...], "next": cursor or null}`.
  public static func page(
    _ calls: [CallRecord], adjustments: [CallID: [Adjustment]] = [:], next: CallID?
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in
        for call in calls { write(call, adjustments: adjustments[call.id] ?? [], to: &writer) }
      }
      writer.key("next")
      writer.string(next?.description)
    }
    return writer.bytes
  }

  /// Writes one call as an object.
  public static func write(
    _ call: CallRecord, adjustments: [Adjustment] = [], detail: Detail? = nil, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      writeIdentity(call, to: &writer)
      writeUsage(call, to: &writer)
      writeCost(call, adjustments, to: &writer)
      writeTools(call, to: &writer)
      writeEnding(call, to: &writer)
      guard let detail else { return }
      RunToolJSON.write(detail.tools, to: &writer)
      RunEventJSON.write(detail.events, as: "events", to: &writer)
    }
  }

  private static func writeIdentity(_ call: CallRecord, to writer: inout JSONWriter) {
    writer.member("id", call.id.description)
    writer.member("started_at", call.startedAt.rfc3339)
    writer.member("provider", call.provider)
    writer.member("dialect", call.dialect)
    writer.member("method", call.method)
    writer.member("path", call.path)
    writer.member("model_requested", call.modelRequested)
    writer.member("model", call.model)
    writer.member("agent", call.agent)
    writer.member("workflow", call.workflow)
    writer.member("run", call.run)
    writer.member("run_source", call.place?.source.rawValue)
    writer.member("parent_run", call.place?.parentRun)
    writer.member("node", call.place?.node)
    writer.member("parent_node", call.place?.parentNode)
    writer.member("depth", call.place?.depth)
    writer.key("retry")
    writer.bool(call.place?.isRetry == true)
    writer.member("key", call.virtualKey)
    writer.member("team", call.team)
    writer.member("status", call.status)
    writer.member("outcome", call.outcome.rawValue)
    writer.key("stream")
    writer.bool(call.isStream)
  }

  private static func writeUsage(_ call: CallRecord, to writer: inout JSONWriter) {
    writer.key("usage")
    UsageJSON.write(call.usage, to: &writer)
    writer.key("units")
    UsageJSON.writeUnits(call.usage, to: &writer)
    writer.key("usage_raw")
    writeRaw(call.usageRaw, to: &writer)
    writer.member("usage_source", call.usageSource.rawValue)
  }

  /// The provider's own object as it is, if it is one; whatever else was stored, as a text.
  private static func writeRaw(_ raw: String?, to writer: inout JSONWriter) {
    guard let raw else { return writer.null() }
    let isObject = raw.utf8.first == UInt8(ascii: "{") && (try? JSONValue.parse(Array(raw.utf8))) != nil
    if isObject { writer.literal(raw) } else { writer.string(raw) }
  }

  /// The cost is the settled one with what was booked since; how sure it is, is what repricing said last.
  private static func writeCost(_ call: CallRecord, _ adjustments: [Adjustment], to writer: inout JSONWriter) {
    let settled = call.costPicodollars.map { Int128($0) }
    let cost = adjustments.isEmpty ? settled : adjustments.reduce(settled ?? 0) { $0 + $1.deltaPicodollars }
    let repriced = adjustments.last { $0.costSource != nil }
    writer.member("cost_pico_usd", cost)
    writer.member("cost_usd", cost.map { MoneyText.usd($0) })
    writer.member("settled_cost_pico_usd", call.costPicodollars)
    writer.member("reported_cost_pico_usd", call.reportedCostPicodollars)
    writer.member("book_cost_pico_usd", call.bookCostPicodollars)
    writer.member("debited_pico_usd", call.debitedPicodollars)
    writer.member("cost_source", (repriced?.costSource ?? call.costSource).rawValue)
    writer.member("priced_as", repriced?.pricedAs ?? call.pricedAs)
    writer.key("adjustments")
    writer.array { writer in for adjustment in adjustments { AdjustmentJSON.write(adjustment, to: &writer) } }
    writer.member("billing", call.billing.rawValue)
    writer.member("service_tier", call.serviceTier)
    writer.member("geo", call.geo)
  }

  private static func writeTools(_ call: CallRecord, to writer: inout JSONWriter) {
    writer.key("tool_calls")
    writer.array { writer in
      for tool in call.toolCalls {
        writer.object { writer in
          writer.member("id", tool.id)
          writer.member("name", tool.name)
        }
      }
    }
    writer.key("server_tool_calls")
    writer.object { writer in
      for (name, count) in call.serverToolCalls.sorted(by: { $0.key < $1.key }) {
        writer.member(name, count)
      }
    }
    writer.member("tool_results", call.toolResults)
  }

  private static func writeEnding(_ call: CallRecord, to writer: inout JSONWriter) {
    writer.member("finish_reason", call.finishReason)
    writer.member("error", call.error)
    writer.member("provider_request_id", call.providerRequestID)
    writer.member("provider_response_id", call.providerResponseID)
    writer.member("provider_project", call.providerProject)
    writer.member("upstream_key_id", call.upstreamKeyID)
    writer.key("ttft_ms")
    writer.decimal(call.timeToFirstTokenMicroseconds, fractionDigits: 3)
    writer.key("duration_ms")
    writer.decimal(call.durationMicroseconds, fractionDigits: 3)
    writer.member("overhead_us", call.overheadMicroseconds)
    writer.member("request_bytes", call.requestBytes)
    writer.member("response_bytes", call.responseBytes)
  }
}

extension JSONWriter {
  /// A member whose value is a whole number or null.
  mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
    key(name)
    integer(number)
  }

  /// A member whose value is a text or null.
  mutating func member(_ name: String, _ text: String?) {
    key(name)
    string(text)
  }
}
