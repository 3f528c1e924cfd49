import Testing

@testable import SatisWebhook

@Suite struct SignatureTests {
  @Test func `the example of GitHub's documentation fits`() throws {
    let header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    let secrets = SharedSecrets([Array("It's a Secret to Everybody".utf8)])

    #expect(secrets.fit(try Proof(signature: header, of: Array("Hello, World!".utf8))))
    #expect(!secrets.fit(try Proof(signature: header, of: Array("Hello, World?".utf8))))
  }

  @Test func `no secrets and empty secrets fit nothing`() {
    for secrets in [SharedSecrets([]), SharedSecrets([[]]), SharedSecrets([[], []])] {
      #expect(!secrets.fit(.token([])))
      #expect(!secrets.fit(.signature([], of: [])))
      #expect(!secrets.fit(.standardSignatures([[]], of: [])))
      #expect(!secrets.fit(.token(Array(repeating: 0, count: 32))))
    }
  }

  @Test func `a token is compared as text, not as a key`() {
    // HMAC pads short keys with zeros, so that these two sign alike.
    #expect(!SharedSecrets([[1, 2, 3]]).fit(.token([1, 2, 3, 0])))
    #expect(SharedSecrets([[1, 2, 3]]).fit(.token([1, 2, 3])))
  }

  @Test func `the last of as many secrets as a repository may have counts`() {
    let secrets = (1...8).map { [UInt8(ascii: "s"), UInt8($0)] }
    #expect(secrets.allSatisfy { SharedSecrets(secrets).fit(.token($0)) })
  }
}
