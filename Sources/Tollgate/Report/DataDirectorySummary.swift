struct DataDirectorySummary {
  init(directory: String) throws {}
  func rows(by: [ReportDimension], in segment: ReportPeriod.Segment) async throws -> [ReportRow] { [] }
}
