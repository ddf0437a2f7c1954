internal import Ledger
internal import Metering

/// The page about a held call.
extension ControlEndpoints {
  /// Shows the case, and changes nothing. Whoever may not read it is asked for a token.
  func holdPage(_ text: String, isTrusted: Bool) async throws -> ControlAnswer {
    guard isTrusted else { return HoldPage(id: text).answer() }
    return HoldPage(id: text, hold: try await foundHold(text)).answer()
  }

  /// Takes what the page's form sends, with the token that was typed into it.
  ///
  /// - Parameters:
  ///   - holder: whose token it is, if the role that is asked for is theirs.
  func holdForm(
    _ text: String, _ body: [UInt8], holder: (_ token: String, ControlRole) throws(Problem) -> Actor
  ) async throws -> ControlAnswer {
    do {
      guard let form = String(validating: body, as: UTF8.self) else {
        throw Problem(400, "Bad body", "The form is not UTF-8.")
      }
      let fields = try QueryParameters(form, known: HoldPage.fields)
      let isReading = fields["decision"] == "show"
      let actor = try holder(fields["token"] ?? "", isReading ? .viewer : .approver)
      if !isReading { try await decide(text, fields, by: actor) }
      let message = isReading ? nil : "Your decision has been taken."
      return HoldPage(id: text, hold: try await foundHold(text), message: message).answer()
    } catch let problem as Problem {
      return HoldPage(id: text, message: problem.detail).answer(status: problem.status)
    } catch let error as ParameterError {
      return HoldPage(id: text, message: error.description).answer(status: 400)
    }
  }

  private func decide(_ text: String, _ fields: QueryParameters, by actor: Actor) async throws {
    let reason = try HoldBody.reason(fields["reason"])
    switch fields["decision"] {
    case "deny": _ = try await decide(text, .deny, reason, by: actor)
    case "approve":
      func given(_ name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }
      let approval = try HoldBody.approval(amount: given("amount"), time: given("for"), extent: given("extent"))
      _ = try await decide(text, approval, reason, by: actor)
    default: throw ParameterError("decision", value: fields["decision"] ?? "", accepted: "approve, deny or show")
    }
  }
}
