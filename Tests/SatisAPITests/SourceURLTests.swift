import SatisAPI
import Testing

@Suite struct SourceURLTests {
  @Test(arguments: [
    "https://git.example.org/acme/lib.git",
    "https://git.example.org/acme/lib",
    "https://git.example.org/acme/lib/",
    "https://git.example.org/acme/lib.git/",
    "https://git.example.org//acme//lib.git",
    "https://git.example.org/./acme/./lib.git",
    "https://git.example.org:8443/acme/lib.git",
    "https://GIT.Example.ORG/acme/lib.git",
    "https://git.example.org./acme/lib.git",
    "HTTPS://git.example.org/acme/lib.git",
    "http://git.example.org/acme/lib.git",
    "https://user@git.example.org/acme/lib.git",
    "https://user:pa:ss@wo@git.example.org:443/acme/lib.git",
    "https://git.example.org/acme/lib.git?ref=main",
    "https://git.example.org/acme/lib.git#main",
    "https://git.example.org/%61cme/l%69b.git",
    "  https://git.example.org/acme/lib.git\n",
    "ssh://git.example.org/acme/lib.git",
    "ssh://git@git.example.org/acme/lib.git",
    "ssh://git@git.example.org:2222/acme/lib",
    "git+ssh://git@git.example.org/acme/lib.git",
    "git://git.example.org/acme/lib.git",
    "git://git.example.org:9418/acme/lib",
    "git@git.example.org:acme/lib.git",
    "git@git.example.org:acme/lib",
    "git@git.example.org:acme/lib/",
    "git@git.example.org:/acme/lib.git",
    "git@GIT.example.org:acme/lib.git",
    "git.example.org:acme/lib.git",
  ])
  func `one repository has one value in every spelling`(text: String) {
    #expect(SourceURL(text) == SourceURL("https://git.example.org/acme/lib.git"))
    #expect(SourceURL(text)?.description == "git.example.org/acme/lib")
  }

  @Test(arguments: [
    "https://[2001:db8::1]/acme/lib.git",
    "https://[2001:DB8::1]:8443/acme/lib",
    "ssh://git@[2001:db8::1]:2222/acme/lib.git",
    "git@[2001:db8::1]:acme/lib.git",
    "[2001:db8::1]:acme/lib",
  ])
  func `an IPv6 address is a host like any other`(text: String) {
    #expect(SourceURL(text)?.host == "[2001:db8::1]")
    #expect(SourceURL(text)?.path == "acme/lib")
  }

  @Test(arguments: [
    ("https://git.example.org/acme/my%20lib", "git@git.example.org:acme/my lib.git"),
    ("https://git.example.org/acme/caf%C3%A9", "https://git.example.org/acme/café"),
    ("https://git.example.org/acme/caf%c3%a9", "https://git.example.org/acme/caf%C3%A9"),
    ("https://git.example.org/%7Eacme/lib", "git@git.example.org:~acme/lib"),
    ("https://git.example.org/acme%2flib", "https://git.example.org/acme%2Flib"),
    ("https://git.example.org/acme/100%", "https://git.example.org/acme/100%.git"),
    ("https://git.example.org/a/b/c/d", "git@git.example.org:a/b/c/d.git"),
  ])
  func `two spellings of one path are equal`(one: String, other: String) {
    #expect(SourceURL(one) != nil)
    #expect(SourceURL(one) == SourceURL(other))
  }

  @Test(arguments: [
    ("https://git.example.org/acme/lib", "https://git.example.com/acme/lib"),
    ("https://git.example.org/acme/lib", "https://example.org/acme/lib"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme/lib2"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme/li"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme/Lib"),
    ("https://git.example.org/acme/lib", "https://git.example.org/other/lib"),
    ("https://git.example.org/acme/lib", "https://git.example.org/lib"),
    ("https://git.example.org/acme/lib", "https://git.example.org/group/acme/lib"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme/lib/sub"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme/lib.git.git"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme/libgit"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme%2Flib"),
    ("https://git.example.org/acme/lib", "https://git.example.org/acme/../lib"),
    ("https://git.example.org/acme/a%25b", "https://git.example.org/acme/a%b"),
    ("https://git.example.org/acme/a%252Fb", "https://git.example.org/acme/a%2Fb"),
    ("https://git.example.org/22/acme/lib", "ssh://git.example.org:22/acme/lib"),
    ("git@git.example.org:22/acme/lib", "git@git.example.org:acme/lib"),
    ("https://[2001:db8::1]/acme/lib", "https://[2001:db8::2]/acme/lib"),
  ])
  func `two repositories are never the same`(one: String, other: String) {
    #expect(SourceURL(one) != nil)
    #expect(SourceURL(other) != nil)
    #expect(SourceURL(one) != SourceURL(other))
  }

  @Test(arguments: [
    "", " ", "lib", "acme/lib", "/srv/git/lib.git", "./lib", "../lib", "~/lib", "./a:b",
    "C:/repositories/lib",
    #"C:\repositories\lib"#, "file:///srv/git/lib.git", "https://", "https://git.example.org",
    "https:///acme/lib",
    "https://git.example.org/", "https://git.example.org/.git", "https://git.example.org/?acme/lib",
    "git@git.example.org:", "git@git.example.org:/", ":acme/lib", "git@:acme/lib", "[2001:db8::1]",
  ])
  func `what names no host and path is no source`(text: String) {
    #expect(SourceURL(text) == nil)
  }
}
