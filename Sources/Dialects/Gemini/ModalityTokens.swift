/// The tokens of one side of a call that are no text. Documents are priced as text is, so they are not told apart.
struct ModalityTokens: Equatable {
  enum Kind: Int {
    case audio, image, video

    /// Both spellings: that of generated content, and that of Interactions.
    static let names = ["AUDIO", "IMAGE", "VIDEO", "audio", "image", "video"]

    static func at(_ word: Int?) -> Kind? { word.flatMap { Kind(rawValue: $0 % 3) } }

    /// By its number in `MediaModality`: https://ai.google.dev/api/generate-content#Modality
    init?(number: Int64) {
      switch number {
      case 2: self = .image
      case 3: self = .video
      case 4: self = .audio
      default: return nil
      }
    }
  }

  var audio: Int64 = 0
  var image: Int64 = 0
  var video: Int64 = 0

  mutating func add(_ tokens: Int64, of kind: Kind?) {
    switch kind {
    case .audio: audio = audio.addingSaturated(tokens)
    case .image: image = image.addingSaturated(tokens)
    case .video: video = video.addingSaturated(tokens)
    case nil: break
    }
  }

  /// What is left of each without a part of it.
  func without(_ part: ModalityTokens) -> ModalityTokens {
    ModalityTokens(
      audio: max(0, audio - part.audio), image: max(0, image - part.image), video: max(0, video - part.video))
  }

  /// Splits a total into its parts and the rest, with no part larger than what is left.
  static func split(_ total: Int64, by parts: ModalityTokens?) -> (rest: Int64, parts: ModalityTokens) {
    guard let parts else { return (total, ModalityTokens()) }
    let audio = min(parts.audio, total)
    let image = min(parts.image, total - audio)
    let video = min(parts.video, total - audio - image)
    return (total - audio - image - video, ModalityTokens(audio: audio, image: image, video: video))
  }
}
