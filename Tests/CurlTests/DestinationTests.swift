import Testing

@testable import Curl

@Suite struct `Where a request goes` {
  @Test(arguments: [
    ("https://host", "https://host/", "host:443", "host"),
    ("http://host:80/a", "http://host:80/a", "host:80", "host"),
    ("https://host:6443/a?b=c#d", "https://host:6443/a", "host:6443", "host:6443"),
    ("https://user:password@host/a", "https://host/a", "host:443", "host"),
    ("https://[::1]:6443/", "https://[::1]:6443/", "[::1]:6443", "[::1]:6443"),
    ("HTTPS://Host/", "https://Host/", "Host:443", "Host"),
  ])
  func `is shown without credentials, and named by host and port`(
    text: String, url: String, server: String, hostField: String
  ) throws {
    let destination = try Destination(text)
    #expect(destination.url == url)
    #expect(destination.server == server)
    #expect(destination.hostField == hostField)
  }

  @Test(arguments: ["", "host", "ftp://host/", "https://", "http://host:0x1/", "https://user:secret@ho st/"])
  func `must be an http or https URL`(text: String) {
    let error = #expect(throws: CurlError.self) { try Destination(text) }
    #expect(error?.phase == .configuration)
    #expect(error?.message.contains("secret") == false)
  }
}
