/// Calls in the shape that GitHub documents, with names of our own.
enum GitHubCalls {
  static let delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
  static let cloneURL = "https://github.com/acme/tools.git"
  static let commit = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"

  static func call(_ event: String, _ body: String, delivery: String = delivery) -> Call {
    let headers = [
      "Content-Type": "application/json",
      "User-Agent": "GitHub-Hookshot/044aadd",
      "X-GitHub-Delivery": delivery,
      "X-GitHub-Event": event,
      "X-GitHub-Hook-ID": "292430182",
      "X-GitHub-Hook-Installation-Target-ID": "79929171",
      "X-GitHub-Hook-Installation-Target-Type": "repository",
    ]
    return Call(headers, body)
  }

  static func push(
    ref: String = "refs/heads/main", after: String = commit, deleted: Bool = false,
    cloneURL: String = cloneURL
  ) -> Call {
    call("push", pushBody(ref: ref, after: after, deleted: deleted, cloneURL: cloneURL))
  }

  static func pushBody(
    ref: String = "refs/heads/main", after: String = commit, deleted: Bool = false,
    cloneURL: String = cloneURL
  ) -> String {
    """
    {"ref":"\(ref)","before":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","after":"\(after)",\
    "created":false,"deleted":\(deleted),"forced":false,"base_ref":null,\
    "compare":"https://github.com/acme/tools/compare/0d1a26e67d8f...6113728f27ae",\
    "commits":[{"id":"\(commit)","distinct":true,"message":"Grüße & mehr: 100 % = 1 + 0","timestamp":\
    "2026-08-01T14:02:11+02:00","author":{"name":"Alex Doe","email":"alex@example.com","username":"alexdoe"},\
    "added":[],"removed":[],"modified":["composer.json"]}],"head_commit":null,\
    "repository":{"id":186853002,"name":"tools","full_name":"acme/tools","private":true,\
    "html_url":"https://github.com/acme/tools","git_url":"git://github.com/acme/tools.git",\
    "ssh_url":"git@github.com:acme/tools.git","clone_url":"\(cloneURL)","default_branch":"main"},\
    "pusher":{"name":"alexdoe","email":"alex@example.com"},"sender":{"login":"alexdoe-work","id":21031067}}
    """
  }

  static let ping = call(
    "ping",
    """
    {"zen":"Keep it logically awesome.","hook_id":292430182,"hook":{"type":"Repository","events":["push"],\
    "active":true},"repository":{"full_name":"acme/tools","clone_url":"https://github.com/acme/tools.git"},\
    "sender":{"login":"alexdoe-work"}}
    """)

  /// The same call as a hook with the content type `application/x-www-form-urlencoded` sends it.
  static func form(_ call: Call) -> Call {
    var form = call
    form.headers["Content-Type"] = "application/x-www-form-urlencoded"
    form.body = Array("payload=".utf8)
    for byte in call.body {
      switch Unicode.Scalar(byte) {
      case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "*": form.body.append(byte)
      case " ": form.body.append(UInt8(ascii: "+"))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        form.body += Array((byte < 16 ? "%0\(digits)" : "%\(digits)").utf8)
      }
    }
    return form
  }
}
