import ArgumentParser

/// How a report is printed.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, csv
}

extension Report {
  func text(_ format: ReportFormat) -> String {
    switch format {
    case .table: tableText
    case .json: jsonText
    case .csv: csvText
    }
  }
}
