import NIOCore
import Upstream

/// What runs upstream for a call.
enum CallTransfer {
  /// libcurl's.
  case request(Transfer)
  /// The opening of a WebSocket.
  case handshake(Handshake)

  func cancel() {
    switch self {
    case .request(let transfer): transfer.cancel()
    case .handshake(let handshake): handshake.cancel()
    }
  }

  /// This many bytes of the reply have been written to the client.
  func returnCredit(bytes: Int) {
    switch self {
    case .request(let transfer): transfer.returnCredit(bytes: bytes)
    case .handshake(let handshake): handshake.returnCredit(bytes: bytes)
    }
  }

  /// Appends to a streamed body, which the opening of a socket has not.
  func write(_ part: ByteBuffer) {
    if case .request(let transfer) = self { transfer.write(part) }
  }

  func finishBody() {
    if case .request(let transfer) = self { transfer.finishBody() }
  }
}
