internal import JSON

/// Requests of Mistral's OCR.
///
/// https://docs.mistral.ai/api/endpoint/ocr
struct OCRRequest: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case annotation = 1
  }

  static let shape = JSONShape(
    .object(
      RequestMembers.Field.body,
      [
        "model": .text(RequestMembers.Field.model),
        "document_annotation_format": .object(Field.annotation, [:]),
        "bbox_annotation_format": .object(Field.annotation, [:]),
        "document_annotation_prompt": .stringSize(RequestMembers.Field.prompt),
      ]))

  private var members = RequestMembers()

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.begin(label, json, &facts)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout RequestFacts) {
    members.value(label, json, &facts)
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout RequestFacts) {
    if label == Field.annotation.rawValue { facts.annotatesPages = true }
  }

  mutating func endDocument(_ facts: inout RequestFacts) {}

  consuming func finish(_ facts: inout RequestFacts, isWhole: Bool) {
    members.finish(&facts, isWhole: isWhole)
    facts.wantsStreamUsage = true
  }
}
