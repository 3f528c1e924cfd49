import Glibc
import Testing

@testable import Curl

@Suite struct `Local addresses` {
  private static let known: [(text: String, kind: LocalAddress)] = [
    ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("127.0.0.1", .loopback),
    ("127.255.255.255", .loopback),
    ("169.254.0.1", .linkLocal), ("169.254.169.254", .linkLocal), ("224.0.0.1", .multicast),
    ("239.255.255.255", .multicast), ("240.0.0.1", .reserved), ("255.255.255.255", .reserved),
    ("100.100.100.200", .metadata), ("168.63.129.16", .metadata), ("192.0.0.192", .metadata),
    ("::", .unspecified),
    ("::1", .loopback), ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("ff02::1", .multicast),
    ("fd00:ec2::254", .metadata), ("fd20:ce::254", .metadata), ("::ffff:127.0.0.1", .loopback),
    ("::127.0.0.1", .loopback), ("::ffff:0:127.0.0.1", .loopback), ("::ffff:169.254.169.254", .linkLocal),
    ("64:ff9b::169.254.169.254", .linkLocal), ("2002:7f00:1::", .loopback), ("::ffff:0.0.0.0", .unspecified),
  ]

  @Test(arguments: known)
  func `are recognised in every way in which they can be written`(text: String, kind: LocalAddress) throws {
    #expect(LocalAddress(try bytes(text)) == kind)
  }

  @Test(arguments: [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "93.184.216.34", "1.127.0.1", "169.253.255.255",
    "223.255.255.255",
    "2606:2800:220:1::1", "fd00::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::808:808", "2002:808:808::1",
  ])
  func `are not those of other machines`(text: String) throws {
    #expect(LocalAddress(try bytes(text)) == nil)
  }

  @Test func `are also those of no known family`() {
    #expect(LocalAddress([]) == .reserved)
  }

  private func bytes(_ text: String) throws -> [UInt8] {
    let isSix = text.contains(":")
    var bytes = [UInt8](repeating: 0, count: isSix ? 16 : 4)
    try #require(inet_pton(isSix ? AF_INET6 : AF_INET, text, &bytes) == 1)
    return bytes
  }
}

/// A request that must not reach local addresses, against a server on one.
@Suite(.serialized, .timeLimit(.minutes(1))) struct `A request of a stranger` {
  @Test(arguments: [
    "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::1]", "[::]", "LOCALHOST",
  ])
  func `does not reach this machine, however its address is written`(host: String) async throws {
    let server = try TestServer(answering: { _ in .text("secret") })
    defer { server.stop() }
    var request = CurlRequest(url: "http://\(host):\(server.port)/")
    request.forbidsLocalAddresses = true
    let error = await failure(request)
    #expect(error?.phase == .forbidden)
    #expect(error?.message.contains("address, which this request must not reach") == true)
    #expect(server.connectionCount == 0)
  }

  @Test(arguments: ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "224.0.0.1", "100.100.100.200"])
  func `does not reach metadata servers, the link and many at once`(host: String) async throws {
    var request = CurlRequest(url: "http://\(host)/latest/meta-data/")
    request.forbidsLocalAddresses = true
    #expect(await failure(request)?.phase == .forbidden)
  }

  @Test func `does not use a connection that another request has made`() async throws {
    let server = try TestServer(answering: { _ in .text("secret") })
    defer { server.stop() }
    let client = try CurlClient()
    var request = CurlRequest(url: server.url)
    #expect(try await client.send(request).status == 200)
    request.forbidsLocalAddresses = true
    #expect(await failure(request, client)?.phase == .forbidden)
    #expect(server.connectionCount == 1)
  }

  @Test func `takes no proxy, behind which nobody could look`() async throws {
    var request = CurlRequest(url: "http://192.0.2.1/")
    request.forbidsLocalAddresses = true
    request.proxy = "http://192.0.2.2:3128"
    #expect(await failure(request)?.phase == .configuration)
  }

  @Test func `reaches addresses of other machines`() async throws {
    let address = try #require(try Self.addressOfAnInterface(), "this machine has only local addresses")
    let server = try TestServer(onAllInterfaces: true, answering: { _ in .text("ok") })
    defer { server.stop() }
    var request = CurlRequest(url: "http://\(address):\(server.port)/")
    request.forbidsLocalAddresses = true
    #expect(try await CurlClient().send(request).body == Array("ok".utf8))
  }

  /// An IPv4 address of this machine that is no local one.
  private static func addressOfAnInterface() throws -> String? {
    var list: UnsafeMutablePointer<ifaddrs>?
    try #require(getifaddrs(&list) == 0)
    defer { freeifaddrs(list) }
    var next = list
    while let interface = next {
      next = interface.pointee.ifa_next
      guard let address = interface.pointee.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET) else {
        continue
      }
      let number = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr
      let bytes = withUnsafeBytes(of: number) { Array($0) }
      if LocalAddress(bytes) == nil { return bytes.map(String.init).joined(separator: ".") }
    }
    return nil
  }
}
