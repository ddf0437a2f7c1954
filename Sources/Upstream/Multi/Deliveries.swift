import NIOCore

/// Events on their way to the event loops: one hop to each loop per wake-up, however many transfers have news for it.
struct Deliveries {
  private struct Delivery: Sendable {
    let deliver: @Sendable (inout TransferEventBatch) -> Void
    var events: TransferEventBatch
  }

  private struct Group {
    let loop: any EventLoop
    var deliveries: [Delivery] = []
  }

  /// More loops than a process has: beyond it, groups are not kept for the next wake-up.
  private static let groupsKeptMax = 64

  private var groups: [Group] = []

  mutating func append(_ order: TransferOrder, _ events: TransferEventBatch) {
    let delivery = Delivery(deliver: order.deliver, events: events)
    if let index = self.groups.firstIndex(where: { $0.loop === order.loop }) {
      self.groups[index].deliveries.append(delivery)
    } else {
      self.groups.append(Group(loop: order.loop, deliveries: [delivery]))
    }
  }

  mutating func send() {
    for index in self.groups.indices where !self.groups[index].deliveries.isEmpty {
      let deliveries = self.groups[index].deliveries
      self.groups[index].deliveries = []
      self.groups[index].loop.execute {
        for var delivery in deliveries { delivery.deliver(&delivery.events) }
      }
    }
    if self.groups.count > Self.groupsKeptMax { self.groups.removeAll() }
  }
}
