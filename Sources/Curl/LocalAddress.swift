/// Kinds of addresses that lead to the machine itself, to its neighbours on the link, or to nobody in particular.
///
/// A URL of a stranger must not reach them: services that trust everybody on the machine listen there, and the
/// metadata servers of clouds, which hand out credentials. Private networks are none of them.
enum LocalAddress: String, Hashable, Sendable {
  case unspecified = "an unspecified"
  case loopback = "a loopback"
  case linkLocal = "a link-local"
  case multicast = "a multicast"
  case reserved = "a reserved"
  case metadata = "a cloud's metadata"

  /// The kind of an address by its bytes, 4 or 16 in network order; nil for one that may be reached.
  init?(_ bytes: [UInt8]) {
    let kind = bytes.count == 4 ? Self.kind(bytes) : bytes.count == 16 ? Self.kind6(bytes) : .reserved
    guard let kind else { return nil }
    self = kind
  }

  /// Of IPv4 (RFC 6890).
  private static func kind(_ bytes: [UInt8]) -> Self? {
    if metadataServers.contains(bytes) { return .metadata }
    return switch (bytes[0], bytes[1]) {
    case (0, _): .unspecified
    case (127, _): .loopback
    case (169, 254): .linkLocal
    case (224...239, _): .multicast
    case (240..., _): .reserved
    default: nil
    }
  }

  /// Of IPv6 (RFC 4291).
  private static func kind6(_ bytes: [UInt8]) -> Self? {
    if metadataServers.contains(bytes) { return .metadata }
    if bytes == Array(repeating: 0, count: 16) { return .unspecified }
    if bytes == Array(repeating: 0, count: 15) + [1] { return .loopback }
    if bytes[0] == 0xFF { return .multicast }
    if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .linkLocal }
    return embedded(bytes).flatMap(kind)
  }

  /// The IPv4 address that an IPv6 address stands for, in one of the ways in which systems send to it.
  private static func embedded(_ bytes: [UInt8]) -> [UInt8]? {
    let prefixes: [[UInt8]] = [
      // Compatible and mapped (RFC 4291, section 2.5.5), and translated (RFC 2765, section 2.1).
      Array(repeating: 0, count: 12),
      Array(repeating: 0, count: 10) + [0xFF, 0xFF],
      Array(repeating: 0, count: 8) + [0xFF, 0xFF, 0, 0],
      // NAT64 (RFC 6052, section 2.1).
      [0, 0x64, 0xFF, 0x9B] + Array(repeating: 0, count: 8),
    ]
    if prefixes.contains(where: bytes.starts) { return Array(bytes[12...]) }
    // 6to4 (RFC 3056, section 2).
    return bytes.starts(with: [0x20, 0x02]) ? Array(bytes[2..<6]) : nil
  }

  /// Metadata servers outside of the link-local range: Alibaba's, Azure's, Oracle's; Amazon's and Google's for IPv6.
  private static let metadataServers: Set<[UInt8]> = [
    [100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192],
    [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
    [0xFD, 0x20, 0, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
  ]
}
