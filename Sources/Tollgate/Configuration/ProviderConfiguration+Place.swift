import Dialects
import Gateway
import Upstream

/// Where a provider's calls go and how they are signed, from what its entry and its name say together.
extension ProviderConfiguration {
  /// The address: the one that is written, else of a known provider.
  func origin(named name: String) -> UpstreamOrigin? {
    if let origin { return origin }
    if let placed = PlacedProvider(rawValue: name) { return place(of: placed).flatMap(placed.origin) }
    return KnownProviders.route(named: name)?.origin
  }

  func dialect(named name: String) -> Dialect? {
    dialect ?? KnownProviders.route(named: name)?.dialect ?? PlacedProvider(rawValue: name)?.dialect
  }

  /// What signs the calls; nil where nothing does, and where the region is not known.
  func signer(named name: String) -> AWSSigner? {
    guard let aws, let origin = origin(named: name), let region = region ?? AWSRegion.region(of: origin) else {
      return nil
    }
    return AWSSigner(credentials: aws.credentials, region: region, service: AWSRegion.service(of: origin))
  }

  /// What is wrong with what places a provider, each with the key that it is about.
  func placeProblems(named name: String) -> [(key: String, message: String)] {
    let placed = PlacedProvider(rawValue: name)
    var problems: [(String, String)] = []
    if let placed, origin == nil, place(of: placed) == nil {
      problems.append((placed.key.rawValue, "is missing, which names its host; write \(placed.example)"))
    }
    if resource != nil, placed?.key != .resource {
      problems.append(("resource", "only azure is found by a resource; give base_url instead"))
    } else if resource != nil, origin != nil {
      problems.append(("resource", "base_url says where calls go already; keep one of the two"))
    }
    if aws != nil, signer(named: name) == nil, placed == nil || origin != nil {
      problems.append(("region", "is missing, which the signature names; write region: us-east-1"))
    }
    if region != nil, placed?.key != .region, aws == nil {
      problems.append(("region", "nothing here depends on a region; remove it"))
    }
    return problems
  }

  private func place(of placed: PlacedProvider) -> String? { placed.key == .resource ? resource : region }
}
