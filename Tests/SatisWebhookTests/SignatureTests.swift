import Testing

@testable import SatisWebhook

@Suite struct SignatureTests {
  @Test func `the example of GitHub's documentation fits`() throws {
    let proof = try Proof(
      signature: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    let secrets = SharedSecrets([Array("It's a Secret to Everybody".utf8)])

    #expect(secrets.fit(proof, body: Array("Hello, World!".utf8)))
    #expect(!secrets.fit(proof, body: Array("Hello, World?".utf8)))
  }

  @Test func `no secrets and empty secrets fit nothing`() {
    for secrets in [SharedSecrets([]), SharedSecrets([[]]), SharedSecrets([[], []])] {
      #expect(!secrets.fit(.token([]), body: []))
      #expect(!secrets.fit(.signature([]), body: []))
      #expect(!secrets.fit(.token(Array(repeating: 0, count: 32)), body: []))
    }
  }

  @Test func `a token is compared as text, not as a key`() {
    // HMAC pads short keys with zeros, so that these two sign alike.
    #expect(!SharedSecrets([[1, 2, 3]]).fit(.token([1, 2, 3, 0]), body: []))
    #expect(SharedSecrets([[1, 2, 3]]).fit(.token([1, 2, 3]), body: []))
  }

  @Test func `the last of as many secrets as a repository may have counts`() {
    let secrets = (1...8).map { [UInt8(ascii: "s"), UInt8($0)] }
    #expect(secrets.allSatisfy { SharedSecrets(secrets).fit(.token($0), body: []) })
  }
}
