import CCurl
import Glibc

/// Opens the sockets of requests that must not reach local addresses.
///
/// It looks at the address that is connected to: what a name resolves to may be another one the next time it is
/// asked, and numbers can be written in many ways.
enum AddressGuard {
  /// libcurl's callback (`CURLOPT_OPENSOCKETFUNCTION`); its context is the transfer.
  static let openSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return -1 }
    if let kind = LocalAddress(bytes(of: address)) {
      Transfer.from(context).refuse(kind)
      return -1
    }
    return socket(
      address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
      address.pointee.protocol)
  }

  /// The address in network order; nothing for what is neither IPv4 nor IPv6.
  private static func bytes(of address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8] {
    // libcurl keeps more behind the pointer than the type of the field has room for.
    guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return [] }
    let raw = UnsafeRawPointer(address) + offset
    return switch address.pointee.family {
    case AF_INET: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
    case AF_INET6: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
    default: []
    }
  }
}
