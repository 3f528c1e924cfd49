<?php

declare(strict_types=1);

namespace SatisOperator;

/** Why a build did not lead to a release: a reason for machines and a sentence that a person can act on. */
final class Failure extends \RuntimeException
{
    public string $reason;
    /** @var list<SourceFailure> */
    public array $sources;

    /** @param list<SourceFailure> $sources */
    public function __construct(string $reason, string $message, array $sources = [])
    {
        parent::__construct($message);
        $this->reason = $reason;
        $this->sources = $sources;
    }

    /** A directory of a volume that the pod's user may not write to, with the usual cause. */
    public static function notWritable(string $what): self
    {
        $uid = function_exists('posix_geteuid') ? posix_geteuid() : getmyuid();
        $message = "$what cannot be written as uid $uid: the volume is missing, read-only or owned by another user. "
            . 'Where Kubernetes leaves its group alone (hostPath, NFS), give its root to group 1000 with mode 2775.';

        return new self('OutputNotWritable', $message);
    }

    /** The exit code by which `kubectl get pods` and the controller tell a stop and a deadline from a failure. */
    public function exitCode(): int
    {
        return ['DeadlineExceeded' => 124, 'Terminated' => 143][$this->reason] ?? 1;
    }
}
