import Ledger
import Metering
import NIOCore
import NIOHTTP1
import Observability

/// What Tollgate serves itself, to the key that made it: `GET /tollgate/calls/{id}`, the record of a call, and
/// `POST /tollgate/runs/{id}/end`, which ends a run.
extension ExchangeHandler {
  func answerOwnCall(_ id: CallID, headers: HTTPHeaders) {
    guard let owner = beginOwn(headers) else { return }
    let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
    gateway.lookUpCall(id, owner) { json in
      bound.eventLoop.execute { bound.value.writeOwn(json, else: "There is no call \(id) of this key.") }
    }
  }

  func endOwnRun(_ run: String, headers: HTTPHeaders) {
    guard let owner = beginOwn(headers) else { return }
    let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
    gateway.endRun(run, owner) { endedAt in
      var json: [UInt8]?
      if let endedAt {
        var writer = JSONWriter()
        writer.object { writer in
          for (name, text) in [("id", run), ("ended_at", endedAt.rfc3339)] {
            writer.key(name)
            writer.string(text)
          }
        }
        json = writer.bytes
      }
      let answer = json
      bound.eventLoop.execute { bound.value.writeOwn(answer, else: "No run \(run) of this key goes on.") }
    }
  }

  /// Whose request it is; nil where it has been refused.
  private func beginOwn(_ headers: HTTPHeaders) -> CallOwner? {
    guard exchange.ownRequest() else { return nil }
    do throws(Refusal) {
      return try callOwner(headers)
    } catch {
      refuse(error, requestIsOpen: false, closes: true)
      return nil
    }
  }

  private func callOwner(_ headers: HTTPHeaders) throws(Refusal) -> CallOwner {
    guard let presented = PresentedKey.find(in: headers, query: nil) else {
      return .upstreamKey(Login(IdentityFields(headers)).keyID)
    }
    return .virtualKey(try gateway.keys.key(presented.text, at: gateway.wallClock()).name)
  }

  /// - Parameter message: what is said where there is nothing to show.
  private func writeOwn(_ json: [UInt8]?, else message: String) {
    guard case .write(let closes) = exchange.refuse(requestIsOpen: false, closes: true) else { return }
    guard let json else {
      writeRefusal(Refusal(.notFound, message), dialect: nil, call: nil, closes: closes)
      return
    }
    let headers: HTTPHeaders = [
      "content-type": "application/json", "content-length": String(json.count), "connection": "close",
    ]
    write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)))
    if requestMethod != .HEAD { write(.body(.byteBuffer(ByteBuffer(bytes: json)))) }
    endAnswer(closes: closes && !exchange.isReceiving)
  }
}
