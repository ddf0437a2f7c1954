internal import Budgets
internal import HTTPTypes
internal import Ledger
internal import Metering
internal import Observability
internal import Runs

/// The page that the link of an alert leads to: the case, and a form that takes the decision. It has no script, and keeps nothing.
struct HoldPage {
  /// The id as the path has it.
  var id: String
  /// Nil where whoever asks has yet to show a token that lets them read.
  var hold: HoldRecord?
  /// What came of the form, or what is wrong with it.
  var message: String?

  static let fields = ["token", "decision", "amount", "for", "extent", "reason"]

  func answer(status: Int = 200) -> ControlAnswer {
    var answer = ControlAnswer(status: status, contentType: "text/html; charset=utf-8", body: Array(text.utf8))
    // The form is sent here only, and says where it comes from, so that other sites' forms are told apart.
    answer.headers = [
      (
        .contentSecurityPolicy,
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'unsafe-inline'"
      )
    ]
    if let name = HTTPField.Name("referrer-policy") { answer.headers.append((name, "same-origin")) }
    return answer
  }

  private var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tollgate: a held call</title>
    <style>body{font:16px sans-serif;max-width:40em;margin:2em auto;padding:0 1em}th{text-align:left;padding-right:2em}
    label,fieldset{display:block;margin:.6em 0}</style></head>
    <body>
    <h1>\(title)</h1>
    \(message.map { "<p role=\"status\"><strong>\(HTMLText.escaped($0))</strong></p>" } ?? "")
    \(hold.map(facts) ?? "")
    \(form)
    </body>
    </html>

    """
  }

  private var title: String {
    guard let hold else { return "A held call" }
    let subject = HTMLText.escaped(hold.cause.subject.description)
    return "\(subject.prefix(1).uppercased())\(subject.dropFirst()): a call is \(hold.state.rawValue)"
  }

  private func facts(_ hold: HoldRecord) -> String {
    var rows: [(String, String?)] = [
      ("Agent", hold.agent), ("Workflow", hold.workflow), ("Run", hold.run), ("Key", hold.key), ("Team", hold.team),
      ("Model", "\(hold.model ?? "none named") (\(hold.provider))"),
    ]
    rows += causeRows(hold.cause)
    let costs: [(String, String?)] = [
      ("Such calls cost", MoneyText.usd(Int128(hold.expectedPicodollars)) + " USD"),
      ("It costs at most", hold.boundPicodollars.map { MoneyText.usd(Int128($0)) + " USD" }),
      ("Since", hold.openedAt.rfc3339), ("Answered at", hold.until.rfc3339), ("Call", hold.call.description),
    ]
    rows += costs
    if let end = hold.end {
      rows.append(("Ended", end.at.rfc3339))
      rows.append(("By", end.by))
      rows.append(("Reason", end.reason))
      if let approval = end.approval {
        let amount = approval.amount.flatMap { amount in hold.shortfall.map { $0.unit.text(amount) + " for " } } ?? ""
        rows.append(("Allowed", "\(amount)the \(approval.extent.rawValue), until \(approval.until.rfc3339)"))
      }
    }
    let cells = rows.compactMap { name, value in
      value.map { "<tr><th scope=\"row\">\(name)</th><td>\(HTMLText.escaped($0))</td></tr>" }
    }
    return "<table>\n" + cells.joined(separator: "\n") + "\n</table>"
  }

  private func causeRows(_ cause: HoldCause) -> [(String, String?)] {
    switch cause {
    case .budget(let shortfall):
      [
        ("Scope", shortfall.scope), ("Limit", shortfall.unit.text(shortfall.limit)),
        ("Spent", shortfall.unit.text(shortfall.spent)),
        ("Reserved by calls under way", shortfall.unit.text(shortfall.reserved)),
        ("Needed", shortfall.unit.text(shortfall.need)),
      ]
    case .guardrail(let trip): [("Because", trip.description)]
    }
  }

  private var form: String {
    if let hold, !hold.state.isOpen { return "<p>There is nothing to decide any more.</p>" }
    let open = """
      <form method="post" action="/holds/\(HTMLText.escaped(id))" autocomplete="off">
      <label>Control token <input type="password" name="token" required autocomplete="off"></label>
      """
    guard let hold else {
      return open + "<button name=\"decision\" value=\"show\">Show the call</button>\n</form>"
    }
    let run = hold.run == nil ? "" : "<label><input type=\"radio\" name=\"extent\" value=\"run\"> its whole run</label>"
    let amount =
      hold.shortfall.map {
        "<label>Amount above the limit <input name=\"amount\" value=\"\($0.unit.text($0.need))\"></label>"
      } ?? ""
    return open + """
      <fieldset><legend>Approve</legend>
      <label><input type="radio" name="extent" value="call" checked> this call</label>
      \(run)
      \(amount)
      <label>For <input name="for" value="1h"></label>
      </fieldset>
      <label>Reason <input name="reason" maxlength="\(HoldLimits.reasonBytesMax)"></label>
      <button name="decision" value="approve">Approve</button>
      <button name="decision" value="deny">Deny</button>
      </form>
      """
  }
}
