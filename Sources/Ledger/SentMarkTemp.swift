public struct SentMark: Sendable { public func set() {} }
extension Ticket { public var sentMark: SentMark { SentMark() } }
