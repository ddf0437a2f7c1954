import Foundation
import Testing

@testable import Metering

@Suite("The price book that the program carries")
struct EmbeddedPriceBookTests {
  @Test("has no problem")
  func hasNoProblem() throws {
    do throws(PriceBookError) {
      _ = try PriceBook(files: embeddedFiles())
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("is every file of pricing/, byte for byte")
  func isEveryFile() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pricing")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".json") }
    #expect(embeddedFiles().map(\.name).sorted() == names.sorted())
    for file in embeddedFiles() {
      let bytes = try Array(Data(contentsOf: folder.appending(path: file.name)))
      let isSame = bytes == file.bytes
      #expect(isSame, "\(file.name): build again")
    }
  }

  /// Nobody states these. A new one is added here on purpose, or gets its figure.
  @Test("knows the greatest output of every model of OpenAI and Anthropic but these")
  func maxOutput() throws {
    let unknown = try #require(embeddedBook).modelsWithoutMaxOutput
    let names = unknown.filter { ["openai", "anthropic"].contains($0.provider) }.map(\.model)
    #expect(names.sorted() == Self.withoutMaxOutput)
  }

  static let withoutMaxOutput = [
    "ada", "babbage", "chatgpt-4o-latest", "chatgpt-image-latest", "claude-2", "claude-3-5-haiku-latest",
    "claude-3-5-sonnet", "claude-3-7-sonnet-latest", "claude-3-haiku", "claude-3-opus-latest", "claude-3-sonnet",
    "claude-fable-5-2", "claude-mythos-5-2", "claude-opus-4-0", "claude-opus-4-1", "claude-sonnet-4-0", "claude-v1",
    "codex-mini", "curie", "dall-e-2", "dall-e-3", "davinci", "gpt-3.5-0301", "gpt-3.5-turbo-0613", "gpt-4-32k",
    "gpt-4-vision-preview",
    "gpt-4.5-preview", "gpt-4o-mini-2024-07-18.ft-", "gpt-4o-mini-tts", "gpt-4o-realtime-preview", "gpt-4o:extended",
    "gpt-5-image", "gpt-5-image-mini", "gpt-5.4-image-2", "gpt-5.5-cyber", "gpt-5.5-cyber-preview", "gpt-6-cyber",
    "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst", "gpt-live-1", "gpt-live-transcribe", "gpt-oss-120b", "gpt-oss-20b",
    "gpt-oss-safeguard-20b", "gpt-realtime-whisper", "gpt-rosalind-discovery", "gpt-rosalind-research",
    "gpt-transcribe", "moderation", "o1-mini", "o1-preview", "sora-2", "sora-2-pro", "text-davinci-002",
    "text-davinci-003",
    "text-embedding-3-large", "text-embedding-3-small", "text-embedding-ada-002", "tts-1", "tts-1-hd", "whisper-1",
  ]

  @Test("says how much a model can answer with")
  func maxOutputTokens() throws {
    let book = try #require(embeddedBook)
    let now = try instant("2026-11-20")
    let openai = PriceTerms(provider: "openai")
    let anthropic = PriceTerms(provider: "anthropic")
    #expect(book.maxOutputTokens(anthropic, model: "claude-sonnet-4-5-20250929", at: now) == 64_000)
    #expect(book.maxOutputTokens(openai, model: "gpt-6.1-sol", at: now) == 128_000)
    #expect(book.maxOutputTokens(openai, model: "gpt-99", at: now) == nil)
  }

  @Test(
    "knows the names that models answer by",
    arguments: [
      ("openai", "babbage:2023-07-21-v2", "babbage-002"), ("openai", "davinci:2023-07-21-v2", "davinci-002"),
      ("openai", "gpt-4-1106-vision-preview", "gpt-4-vision-preview"), ("openai", "gpt-5.6", "gpt-5.6-sol"),
      ("openai", "text-embedding-ada-002-v2", "text-embedding-ada-002"),
      ("openai", "omni-moderation-latest", "moderation"), ("openai", "text-moderation-007", "moderation"),
      ("openai", "ft:gpt-4o-mini-2024-07-18:acme::x1", "ft:gpt-4o-mini"),
      ("openai", "ft:gpt-4.1-mini-2025-04-14:acme::x1", "ft:gpt-4.1-mini-2025-04-14"),
      ("openai", "gpt-4o-mini-search-preview-2025-03-11", "gpt-4o-mini-search-preview"),
      ("anthropic", "claude-sonnet-4-20250514", "claude-sonnet-4-0"), ("anthropic", "claude-2.1", "claude-2"),
      ("anthropic", "anthropic/claude-haiku-4.5", "claude-haiku-4-5"),
    ])
  func knowsNames(provider: String, name: String, model: String) throws {
    let book = try #require(embeddedBook)
    #expect(book.resolve(provider: provider, model: name, at: try instant("2026-11-20"))?.model == model)
  }

  @Test("Moderation costs nothing, and is not unpriced")
  func moderation() throws {
    let charge = try #require(embeddedBook).charge(
      provider: "openai", model: "omni-moderation-latest", startedAt: try instant("2026-11-20"),
      usage: usage([.input: 12]), context: PricingContext())
    #expect(charge.source == .priced && charge.costPicodollars == 0)
  }

  /// Claude Instant is gone, and no source of the book has its price.
  private static let unpriced = ["claude-instant-1.2"]

  @Test("prices every model that answers in the recordings")
  func pricesTheRecordings() throws {
    let folder =
      ProcessInfo.processInfo.environment["TOLLGATE_RECORDINGS"].map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/recordings")
    guard let index = try? String(contentsOf: folder.appending(path: "INDEX.tsv"), encoding: .utf8) else {
      print("skipped: no recordings at \(folder.path()); set TOLLGATE_RECORDINGS")
      return
    }
    let book = try #require(embeddedBook)
    let now = try instant("2026-11-20")
    let rows = index.split(whereSeparator: \.isNewline).map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    let columns = try #require(rows.first).map(String.init)
    let provider = try #require(columns.firstIndex(of: "provider"))
    let model = try #require(columns.firstIndex(of: "model_responded"))
    var unknown: Set<String> = []
    for row in rows.dropFirst() where ["openai", "anthropic"].contains(row[provider]) && !row[model].isEmpty {
      let name = String(row[model])
      if book.resolve(provider: String(row[provider]), model: name, at: now) == nil { unknown.insert(name) }
    }
    #expect(unknown.sorted() == Self.unpriced)
  }

  @Test("says where each figure comes from")
  func sources() throws {
    let book = try #require(embeddedBook)
    let now = try instant("2026-11-20")
    for provider in book.providers {
      for model in book.models where book.modelIDs(provider: provider).contains(model.id) {
        let id = model.match.first { $0.isLiteral }?.text
        guard let id, let quote = book.resolve(provider: provider, model: id, at: now) else { continue }
        #expect(quote.source?.url.hasPrefix("https://") == true, "\(id)")
        #expect(quote.adjustments.allSatisfy { $0.source != nil }, "\(id)")
        #expect(quote.maxOutputTokens == nil || quote.maxOutputSource != nil, "\(id)")
      }
    }
  }
}
