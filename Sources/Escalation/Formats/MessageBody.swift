import Ledger
import Metering

/// The body of a message, by the format of its receiver. It holds no secret.
enum MessageBody {
  static func document(_ notice: AlertNotice, as format: MessageFormat) -> String {
    let bytes =
      switch format {
      case .webhook: AlertDocument.webhook(notice)
      case .slack: SlackMessage.document(notice)
      case .pagerDuty: PagerDutyEvent.document(notice)
      }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func test(_ receiver: Receiver, at time: Timestamp) -> String {
    let bytes =
      switch receiver.format {
      case .webhook: AlertDocument.test(receiver.name, at: time)
      case .slack: SlackMessage.test(receiver.name)
      case .pagerDuty: PagerDutyEvent.test(receiver.name, at: time)
      }
    return String(decoding: bytes, as: UTF8.self)
  }
}
