/// Values at places that stay theirs, with the freed places used again.
struct Slab<Element> {
  /// The values by place; at free places the last one stays until it is replaced.
  var items: [Element] = []
  private var free: [Int] = []

  var count: Int { items.count - free.count }

  mutating func insert(_ element: Element) -> Int {
    if let place = free.popLast() {
      items[place] = element
      return place
    }
    items.append(element)
    return items.count - 1
  }

  /// Frees the place, which must be in use.
  mutating func remove(at place: Int, leaving element: Element) {
    items[place] = element
    free.append(place)
  }
}

extension Slab: Sendable where Element: Sendable {}

/// No place.
let nowhere = -1
