/// A large value that stays where it is: to move its owner moves a pointer, and it is changed in its place.
///
/// Readers take some kilobytes. Without a box, each step that hands one on, or looks into an optional one, copies all of it. To be
/// replaced by the standard library's type of this name (SE-0517) once the oldest toolchain that is supported has it.
@frozen
public struct UniqueBox<Value: ~Copyable>: ~Copyable {
  @usableFromInline
  let place: UnsafeMutablePointer<Value>

  @inlinable
  public init(_ value: consuming Value) {
    place = .allocate(capacity: 1)
    place.initialize(to: value)
  }

  @inlinable
  deinit {
    place.deinitialize(count: 1)
    place.deallocate()
  }

  /// What is in it.
  @inlinable
  public var value: Value {
    unsafeAddress { UnsafePointer(place) }
    unsafeMutableAddress { place }
  }

  /// Takes the value out.
  @inlinable
  public consuming func take() -> Value {
    let value = place.move()
    place.deallocate()
    discard self
    return value
  }
}
