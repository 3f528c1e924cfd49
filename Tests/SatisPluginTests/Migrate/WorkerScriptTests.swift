import Testing

@testable import SatisPlugin

/// What a script says of Satis.
@Suite struct WorkerScriptTests {
  @Test(
    arguments: [
      ("satis build /c/satis.json /out", "/c/satis.json", "/out", []),
      (
        "/satis/bin/satis build --minify \"/c/satis.json\" '/out' > /dev/null 2>&1", "/c/satis.json", "/out",
        ["--minify"]
      ),
      ("php bin/satis build \\\n  $CONFIG \\\n  ${OUT:-/out} && echo ok", "/c/satis.json", "/out", []),
      ("OUT=/out; if satis build /c/satis.json $OUT; then true; fi", "/c/satis.json", "/out", []),
      ("build /c/satis.json /out", "/c/satis.json", "/out", []),
      ("build $(CONFIG) /out", "/c/satis.json", "/out", []),
      ("satis build -n /c/satis.json $UNKNOWN", "/c/satis.json", "$UNKNOWN", ["-n"]),
    ] as [(String, String, String, [String])])
  func `a call of satis build has its files and options`(
    text: String, configuration: String, output: String, options: [String]
  ) {
    let script = WorkerScript(text, variables: ["CONFIG": "/c/satis.json"])
    #expect(
      script.calls == [
        .init(command: "build", configuration: configuration, output: output, options: options)
      ])
  }

  @Test func `other programs that build, and comments, are none`() {
    let script = WorkerScript(
      "docker build .\n# satis build a b\necho 'satis build a b'\nsleep 5m", variables: [:])
    #expect(script.calls == [])
    #expect(script.sleeps == [300])
  }
}
