import Metering

/// A call in flight.
struct RunningCall: Sendable {
  var call: SimulatedCall
  var reservation: ReservationID
  var endsAt: Timestamp

  func isBefore(_ other: RunningCall) -> Bool {
    (endsAt, call.call.id) < (other.endsAt, other.call.call.id)
  }
}

/// Calls in flight, the one that ends first in front: a binary heap.
struct EndQueue: Sendable {
  private var calls: [RunningCall] = []

  var first: RunningCall? { calls.first }

  mutating func insert(_ call: RunningCall) {
    calls.append(call)
    var place = calls.count - 1
    while place > 0, calls[place].isBefore(calls[(place - 1) / 2]) {
      calls.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func removeFirst() {
    guard let last = calls.popLast(), !calls.isEmpty else { return }
    calls[0] = last
    var place = 0
    while true {
      let children = [2 * place + 1, 2 * place + 2].filter { $0 < calls.count }
      guard let least = children.min(by: { calls[$0].isBefore(calls[$1]) }), calls[least].isBefore(calls[place]) else {
        return
      }
      calls.swapAt(place, least)
      place = least
    }
  }
}
