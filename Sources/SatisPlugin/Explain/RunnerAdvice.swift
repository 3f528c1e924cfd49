import SatisAPI

/// The table from the reason of a failed attempt to what it means and what to do: here for what went wrong with Satis
/// and its sources, in `PodAdvice.swift` for what went wrong around it.
///
/// The switch has no default: whoever gives an attempt a new reason has to say here what to do about it.
extension Scene {
  func advice(for reason: SatisBuild.Attempt.Reason) -> Advice {
    switch reason {
    case .succeeded: Advice("The Job did what was asked, and its release is served.")
    case .sourceDenied, .sourceInvalid, .sourceUnknown, .sourceUnreachable, .sourcesFailed, .satisFailed:
      sourceAdvice(reason)
    case .configurationInvalid, .configurationChanged, .satisNotFound, .runnerFailed:
      configurationAdvice(reason)
    case .outputInvalid, .outputNotWritable, .releaseMoved, .releaseUnknown, .volumeFull: outputAdvice(reason)
    case .deadlineExceeded:
      Advice(
        "The build took longer than spec.build.activeDeadlineSeconds of the repository allows (3600 when left out). What "
          + "is served stays as it was.",
        [
          Advice.Remedy(
            "See what took so long: a first clone, a git host that hardly answers, or the wait for the output's lock.",
            kubectl("logs job/\(attempt?.jobName ?? "JOB")")),
          Advice.Remedy(
            repository?.spec.cache == nil
              ? "Give the repository a cache, so that not everything is fetched each time, and more time."
              : "Give it more time.",
            patch("{\"build\":{\"activeDeadlineSeconds\":\(moreSeconds)}}")), buildAgain,
        ])
    case .outOfMemory, .terminated, .containerFailed, .evicted, .imageNotPulled, .jobDeleted, .jobRejected,
      .nodeLost, .podFailed, .podLost, .podNotCreated, .podNotStarted, .unknown, .unschedulable:
      podAdvice(reason)
    }
  }

  private var moreSeconds: Int { min((repository?.spec.build?.activeDeadlineSeconds ?? 3_600) * 2, 86_400) }

  // MARK: - Sources

  private func sourceAdvice(_ reason: SatisBuild.Attempt.Reason) -> Advice {
    switch reason {
    case .sourceDenied:
      Advice(
        "A git host does not let Satis in, or says that there is no such repository, which many hosts say to those who "
          + "may not see it. It is not tried again, since no repetition mends that.",
        [
          Advice.Remedy(
            credentials.isEmpty
              ? "The repository names no credentials. For a private source make a Secret with a deploy key or an auth.json, "
                + "and name it in spec.credentials."
              : "Check that these let a reader into the source: \(credentials.joined(separator: "; ")). Host keys and "
                + "certificates count as well.",
            editRepository), tryByHand, buildAgain,
        ])
    case .sourceInvalid:
      Advice(
        "The source was fetched, and has no package that Satis can build: no branch or tag has a composer.json that is "
          + "valid and has a name.",
        [
          Advice.Remedy(
            "Mend composer.json in the source and push; the push builds it.",
            "composer validate --no-check-publish composer.json"),
          Advice.Remedy("If it is no PHP package, take it out of satis.json.", editRepository),
        ])
    case .sourceUnknown:
      Advice(
        "satis.json lists no source of exactly this URL, or gives it no \"name\" where the build goes by package. It was "
          + "changed while the build was under way.",
        [
          Advice.Remedy("Compare the build's source with satis.json.", editRepository),
          Advice.Remedy("Build everything, which goes by satis.json alone.", buildEverything),
        ])
    case .sourceUnreachable:
      Advice(
        "A git host did not answer as it should: a name that is not found, a refused or broken connection, a limit of "
          + "calls. Satis would have gone on with what it had in its cache; that was not published.",
        [
          Advice.Remedy(
            "See whether the host is up, and whether build pods reach it: the NetworkPolicy satis-builds lets them out to "
              + "the ports 22, 80 and 443, and a proxy belongs in spec.build.env (HTTPS_PROXY).",
            kubectl("describe networkpolicy satis-builds")), tryByHand, buildAgain,
        ])
    case .sourcesFailed:
      Advice(
        "Several sources failed, for different reasons; the message names them. They are served as they were before. All "
          + "others are up to date, unless it says that nothing was published.",
        [
          Advice.Remedy("Mend each of them, or its credentials; the log says more.", editRepository), readLog,
          buildAgain,
        ])
    default:
      Advice(
        "Satis ended with an error, in words that are not known for any cause. Nothing was published for what failed.",
        [
          readLog,
          Advice.Remedy(
            "Look for mistakes in satis.json.", lint),
          buildAgain,
        ])
    }
  }

  /// The same that Satis does first.
  private var tryByHand: Advice.Remedy {
    let url = build.spec.source?.url.map { RedactedURL($0).description } ?? "URL"
    return Advice.Remedy(
      "Try with the same credentials what Satis tries first.", "git ls-remote \(url.quotedForShell)")
  }

  // MARK: - Configuration and image

  private func configurationAdvice(_ reason: SatisBuild.Attempt.Reason) -> Advice {
    switch reason {
    case .configurationInvalid:
      Advice(
        "satis.json, auth.json or another file that the repository names cannot be used; the message says which and why.",
        [
          Advice.Remedy(
            "Find the line.", lint),
          Advice.Remedy("Mend it; a changed satis.json is built by itself.", editRepository), buildAgain,
        ])
    case .configurationChanged:
      Advice(
        "satis.json is not the one that the served release was built from, so nobody knows which archives are needed. "
          + "Nothing was deleted.",
        [
          Advice.Remedy("Build everything first.", buildEverything),
          Advice.Remedy("Then purge again.", purge),
        ])
    case .satisNotFound:
      Advice(
        "The image has no Satis: neither /satis/bin/satis nor satis on the PATH.",
        [
          Advice.Remedy(
            "See which image it was"
              + (repository?.spec.image.map { " (spec.image says \($0))." } ?? " (the operator's default)."),
            kubectl(
              "get job \(attempt?.jobName ?? "JOB") -o jsonpath='{.spec.template.spec.containers[*].image}'")),
          Advice.Remedy(
            "Name an image of Satis, or leave spec.image out.", patch("{\"image\":\"composer/satis:latest\"}")
          ),
          buildAgain,
        ])
    default:
      Advice(
        "The program that runs Satis failed itself. That is a mistake in the operator or something in the pod that it does "
          + "not know.",
        [
          readLog, buildAgain,
          Advice.Remedy("If it fails again, report it with message and log: neither has credentials in it."),
        ])
    }
  }

  // MARK: - Output

  private func outputAdvice(_ reason: SatisBuild.Attempt.Reason) -> Advice {
    let claim = repository?.spec.output.claimName ?? "CLAIM"
    return switch reason {
    case .outputInvalid:
      Advice(
        "What Satis made was checked before it was published, and is not whole: a file that packages.json names is missing, "
          + "an archive does not open, or packages have vanished. What is served stays as it was.",
        [
          Advice.Remedy("If packages were taken out on purpose, build everything.", buildEverything), readLog,
          Advice.Remedy(
            "Where a release in the volume is damaged, serve an earlier one, then build everything.",
            rollBack()),
        ])
    case .outputNotWritable:
      Advice(
        "The build pod cannot write to the output. It runs as uid 1000 with group 1000; some volumes (hostPath, NFS) do not "
          + "take the group that Kubernetes gives.",
        [
          Advice.Remedy("See that the claim is bound and not read-only.", kubectl("describe pvc \(claim)")),
          Advice.Remedy(
            "On the volume, as root, give the directory to the group.",
            "chgrp -R 1000 DIRECTORY; chmod -R g+rwX DIRECTORY; chmod g+s DIRECTORY"), buildAgain,
        ])
    case .releaseMoved:
      Advice(
        "Another release was published while this one was made, so that it was not put in its place. Something else writes "
          + "to the output, or a node that had been given up came back.",
        [
          Advice.Remedy(
            "See that nothing but this repository writes there: no old worker, no other installation.",
            kubectl("get pods -o wide")), buildAgain,
        ])
    case .releaseUnknown:
      Advice(
        "The release to go back to is not in the output any more, or there is none before the served one. What is served "
          + "stays.",
        [
          Advice.Remedy(
            "The message lists the releases that are there. Name one of them.",
            rollBack(to: "RELEASE")),
          Advice.Remedy(
            "To have more to go back to, keep more.",
            patch("{\"history\":{\"releases\":\(min((repository?.spec.history?.releases ?? 3) + 3, 100))}}")),
        ])
    default:
      Advice(
        "A volume is full: that of the output, that of the cache, or the temporary directory of the pod.",
        [
          Advice.Remedy("See how large the claims are.", kubectl("get pvc")),
          Advice.Remedy(
            "Enlarge the claim, where its storage class can.",
            kubectl(
              "patch pvc \(claim) -p '{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"SIZE\"}}}}'")),
          Advice.Remedy(
            "Or make room: delete the archives that nothing names any more.",
            purge), buildAgain,
        ])
    }
  }
}

extension String {
  /// As one word of a shell, whatever is in it.
  var quotedForShell: String {
    let isPlain =
      !isEmpty
      && utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._:/@+=".utf8.contains(byte)
      }
    guard !isPlain else { return self }
    let parts = split(separator: "'", omittingEmptySubsequences: false)
    return "'\(parts.joined(separator: #"'\''"#))'"
  }
}
