/// Values in their order, so that what lies in the middle is read rather than looked for.
struct SortedValues: Sendable, Equatable {
  private var values: [Int64] = []

  var count: Int { values.count }

  mutating func insert(_ value: Int64) { values.insert(value, at: firstPlace(notBelow: value)) }

  /// Removes one of its kind, if there is any.
  mutating func remove(_ value: Int64) {
    let place = firstPlace(notBelow: value)
    if place < values.count, values[place] == value { values.remove(at: place) }
  }

  /// The lower of the two in the middle, where there are two; 0 of none.
  var median: Int64 { values.isEmpty ? 0 : values[(values.count - 1) / 2] }

  /// The median of how far the values are from ``median``: distances grow away from it to both sides, and are passed in their order.
  var medianDeviation: Int64 {
    let median = median
    var above = (values.count - 1) / 2
    var below = above - 1
    var distance: Int64 = 0
    for _ in 0..<(values.count + 1) / 2 {
      let toAbove = above < values.count ? values[above].excess(over: median) : .max
      let toBelow = below >= 0 ? median.excess(over: values[below]) : .max
      if toAbove <= toBelow { above += 1 } else { below -= 1 }
      distance = min(toAbove, toBelow)
    }
    return distance
  }

  private func firstPlace(notBelow value: Int64) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
