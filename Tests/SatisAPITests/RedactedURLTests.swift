import SatisAPI
import Testing

@Suite struct RedactedURLTests {
  @Test(arguments: [
    ("https://user:secret@git.example.org/acme/lib.git", "https://***@git.example.org/acme/lib.git"),
    ("https://secret@git.example.org/acme/lib.git", "https://***@git.example.org/acme/lib.git"),
    ("http://secret@git.example.org:8080/lib", "http://***@git.example.org:8080/lib"),
    ("HTTPS://secret@git.example.org/lib", "HTTPS://***@git.example.org/lib"),
    (" https://secret@git.example.org/lib", " https://***@git.example.org/lib"),
    ("https://user:sec@ret@git.example.org/lib", "https://***@git.example.org/lib"),
    ("https://:secret@git.example.org", "https://***@git.example.org"),
    ("ssh://git:secret@git.example.org/lib", "ssh://***@git.example.org/lib"),
    ("ftp://user:secret@files.example.org/lib", "ftp://***@files.example.org/lib"),
  ])
  func `passwords, and user names that may be tokens, are hidden`(url: String, shown: String) {
    let redacted = RedactedURL(url)
    #expect(redacted.description == shown)
    #expect(redacted.hidesPassword)
    #expect(!redacted.hidesParameter)
    #expect(!"\(redacted)".contains("secret"))
  }

  @Test(arguments: [
    (
      "https://git.example.org/lib?private_token=secret&x=1",
      "https://git.example.org/lib?private_token=***&x=1"
    ),
    ("https://git.example.org/lib?a=1&Signature=secret", "https://git.example.org/lib?a=1&Signature=***"),
    ("https://secret@git.example.org/lib?key=secret", "https://***@git.example.org/lib?key=***"),
    ("git@git.example.org:acme/lib.git#token=secret", "git@git.example.org:acme/lib.git#token=***"),
  ])
  func `parameters whose names say that they are secret are hidden`(url: String, shown: String) {
    let redacted = RedactedURL(url)
    #expect(redacted.description == shown)
    #expect(redacted.hidesPassword)
    #expect(redacted.hidesParameter)
  }

  @Test(arguments: [
    "https://git.example.org/acme/lib.git", "https://git.example.org:8443/acme/lib.git",
    "https://git.example.org/acme/lib@v1", "ssh://git@git.example.org:2222/acme/lib.git",
    "git+ssh://git@git.example.org/acme/lib.git", "git@git.example.org:acme/lib.git",
    "git://git.example.org/acme/lib.git", "https://git.example.org/acme/lib.git?ref=main&token=",
    "https://git.example.org/acme/global-configuration.git", "../lib", "",
  ])
  func `a URL without a secret is shown as it is`(url: String) {
    #expect(RedactedURL(url).description == url)
    #expect(!RedactedURL(url).hidesPassword)
  }
}
