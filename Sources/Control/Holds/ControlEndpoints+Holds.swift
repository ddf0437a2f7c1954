internal import Ledger
internal import Metering

/// Calls that wait for a person.
extension ControlEndpoints {
  func holds(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try HoldQuery.filter(parameters)
    let rows = try await queries.holds.page(filter)
    return .json(HoldJSON.page(rows, next: rows.count >= filter.limit ? rows.last : nil))
  }

  func hold(_ text: String) async throws -> ControlAnswer { .json(HoldJSON.document(try await foundHold(text))) }

  func approveHold(_ text: String, _ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    let (decision, reason) = try HoldBody.approval(body)
    return .json(HoldJSON.document(try await decide(text, decision, reason, by: actor)))
  }

  func denyHold(_ text: String, _ body: RequestBody, by actor: Actor) async throws -> ControlAnswer {
    .json(HoldJSON.document(try await decide(text, .deny, try HoldBody.denialReason(body), by: actor)))
  }

  func foundHold(_ text: String) async throws -> HoldRecord {
    guard let id = CallID(text), let hold = try await queries.holds.hold(id) else { throw Self.noSuchHold }
    return hold
  }

  func decide(
    _ text: String, _ decision: HoldDecision, _ reason: String?, by actor: Actor
  ) async throws -> HoldRecord {
    guard let id = CallID(text) else { throw Self.noSuchHold }
    do {
      return try await queries.holds.decide(id, decision, actor.name, reason)
    } catch HoldDecisionError.unknown {
      throw Self.noSuchHold
    } catch HoldDecisionError.ended(let hold) {
      let by = hold.end?.by.map { " by \($0)" } ?? ""
      let reason = hold.end?.reason.map { ": \($0)" } ?? ""
      throw Problem(409, "Decided already", "The hold has ended: \(hold.state.rawValue)\(by)\(reason).")
    } catch HoldDecisionError.contended {
      throw Problem(409, "Being decided", "Somebody else decides about the hold at this moment.")
    } catch HoldDecisionError.unfit(let reason) {
      throw Problem(422, "Does not fit", reason + ".")
    }
  }

  private static var noSuchHold: Problem {
    Problem(404, "No such hold", "There is no hold with that id that could be decided; /api/v1/holds lists them.")
  }
}
