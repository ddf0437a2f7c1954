import Ledger
import Metering
import NIOCore
import Observability
import Upstream

/// A message as it goes over the wire: signed and sealed with the receiver's secrets at the moment of sending.
enum MessageRequest {
  static func request(_ message: OutboxMessage, to receiver: Receiver, version: String, now: Timestamp)
    -> UpstreamRequest
  {
    var headers = [
      (name: "content-type", value: "application/json"), (name: "user-agent", value: "Tollgate/\(version)"),
    ]
    var body = Array(message.body.utf8)
    switch receiver.kind {
    case .webhook(let secrets):
      let seconds = now.unixMicroseconds / 1_000_000
      let signatures = secrets.map { $0.signature(id: message.id, unixSeconds: seconds, body: body) }
      headers += [
        (name: "webhook-id", value: message.id), (name: "webhook-timestamp", value: String(seconds)),
        (name: "webhook-signature", value: signatures.joined(separator: " ")),
      ]
    case .slack: break
    case .pagerDuty(let routingKey): body = PagerDutyEvent.sealed(body, routingKey: routingKey)
    }
    return UpstreamRequest(
      origin: receiver.endpoint.origin, method: "POST", target: receiver.endpoint.target.exposed, headers: headers,
      body: .buffered(ByteBuffer(bytes: body)), addresses: receiver.allowsPrivateAddress ? .any : .publicOnly)
  }
}
