import Foundation

/// A socket of this process that is connected to a port of the loopback interface.
struct ClientSocket {
  private let descriptor: Int32

  /// All of them that are connected to a port.
  static func connected(to port: Int) -> [ClientSocket] {
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return descriptors.compactMap(Int32.init).filter { peerPort($0) == port }.map(ClientSocket.init)
  }

  /// The value of an option of TCP.
  func option(_ name: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout.size(ofValue: value))
    getsockopt(descriptor, Int32(IPPROTO_TCP), name, &value, &length)
    return value
  }

  private static func peerPort(_ descriptor: Int32) -> Int? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
    }
    guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
