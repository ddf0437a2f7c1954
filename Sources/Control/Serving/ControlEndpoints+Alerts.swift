internal import Escalation
internal import Ledger

/// Alerts and their receivers.
extension ControlEndpoints {
  func alerts(_ parameters: QueryParameters) async throws -> ControlAnswer {
    let filter = try AlertQuery.filter(parameters)
    let rows = try await queries.alerts.list(filter)
    return .json(AlertJSON.page(rows, next: rows.count >= filter.limit ? rows.last?.number : nil))
  }

  func receivers() -> ControlAnswer { .json(ReceiverJSON.page(queries.alerts.receivers())) }

  func test(receiver name: String) async throws -> ControlAnswer {
    do {
      return .json(ReceiverJSON.tested(try await queries.alerts.test(name)))
    } catch let error as ReceiverError {
      throw Problem(error)
    }
  }

  func redeliver(_ body: RequestBody) async throws -> ControlAnswer {
    do {
      return .json(ReceiverJSON.redelivered(try await queries.alerts.redeliver(try RedeliveryBody.redelivery(body))))
    } catch let error as ReceiverError {
      throw Problem(error)
    }
  }
}

extension Problem {
  fileprivate init(_ error: ReceiverError) {
    switch error {
    case .unknownReceiver: self.init(404, "No such receiver", error.description + ".")
    case .unknownMessage: self.init(404, "No such message", error.description + ".")
    case .otherFormat: self.init(422, "Nothing was sent", error.description + ".")
    }
  }
}
