/// Lays out cells in aligned columns, for a terminal.
struct TextTable {
  enum Alignment { case left, right }

  var columns: [(title: String, alignment: Alignment)]
  var rows: [[String]] = []
  /// Set apart from the rows by a line.
  var totals: [String]?

  private static let gap = "  "

  /// Lines without blanks at their ends.
  var lines: [String] {
    let everything = [columns.map(\.title)] + rows + (totals.map { [$0] } ?? [])
    let widths = columns.indices.map { index in
      everything.map { $0.indices.contains(index) ? Self.width($0[index]) : 0 }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = columns.indices.map { index in
        let cell = cells.indices.contains(index) ? Self.printable(cells[index]) : ""
        let blanks = String(repeating: " ", count: widths[index] - cell.count)
        return columns[index].alignment == .left ? cell + blanks : blanks + cell
      }
      let joined = padded.joined(separator: Self.gap)
      return String(joined.reversed().drop { $0 == " " }.reversed())
    }
    let rule = String(repeating: "-", count: widths.reduce(0, +) + Self.gap.count * max(0, widths.count - 1))
    return [line(columns.map(\.title))] + rows.map(line) + (totals.map { [rule, line($0)] } ?? [])
  }

  /// A cell without control characters: a name that a client chose must not be able to steer the terminal.
  static func printable(_ cell: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in cell.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
        result.append("?")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  private static func width(_ cell: String) -> Int { printable(cell).count }
}

/// A count with thousands separators: `1,234,567`.
func grouped(_ count: Int64) -> String {
  var digits = Array(String(count.magnitude))
  var index = digits.count - 3
  while index > 0 {
    digits.insert(",", at: index)
    index -= 3
  }
  return (count < 0 ? "-" : "") + String(digits)
}

/// A part of a whole in percent, with one digit after the point: `12.3 %`. Nothing of nothing is `0.0 %`.
func percentage(_ part: Int128, of whole: Int128) -> String {
  guard whole > 0, part > 0 else { return "0.0 %" }
  let (thousandths, remainder) = (part * 1000).quotientAndRemainder(dividingBy: whole)
  let rounded = remainder * 2 >= whole ? thousandths + 1 : thousandths
  return "\(rounded / 10).\(rounded % 10) %"
}
