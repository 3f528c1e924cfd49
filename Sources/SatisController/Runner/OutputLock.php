<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * The lock on an output root: flock on .lock, which also says who holds it.
 *
 * The descriptor has no close-on-exec flag on purpose. Satis and all its children inherit it, and the kernel lets go
 * of the lock when the last of them has ended: should the runner be killed, an orphaned Satis still keeps others out.
 */
final class OutputLock
{
    private const POLL_SECONDS = 0.2;

    /** @var resource */
    private $file;

    public static function take(string $root, string $job, Log $log, Interruption $interruption): self
    {
        $path = "$root/.lock";
        $lock = new self();
        $announced = null;
        while (!$lock->tryTo($path)) {
            $holder = self::holder($path);
            if ($holder !== $announced) {
                $log->say("waiting for the lock on $root, held by $holder");
                $announced = $holder;
            }
            $interruption->check("waiting for the lock on $root, held by $holder");
            $interruption->listen(self::POLL_SECONDS, []);
        }
        if ($announced !== null) {
            $log->say("the lock on $root is free");
        }
        $lock->sign($job);

        return $lock;
    }

    private function tryTo(string $path): bool
    {
        $file = @fopen($path, 'c+');
        if ($file === false) {
            throw Failure::notWritable("The lock $path");
        }
        if (!flock($file, LOCK_EX | LOCK_NB, $busy)) {
            if (!$busy) {
                throw new Failure('OutputNotWritable', "$path cannot be locked: use storage that supports flock.");
            }
            return false;
        }
        $this->file = $file;

        return true;
    }

    private function sign(string $job): void
    {
        $holder = ['job' => $job, 'pod' => getenv('POD_NAME') ?: gethostname(), 'since' => gmdate('Y-m-d\TH:i:s\Z')];
        // For those who wait. On a volume that is full it cannot be written, and what would make room comes after it.
        @ftruncate($this->file, 0);
        rewind($this->file);
        @fwrite($this->file, json_encode($holder, JSON_UNESCAPED_SLASHES) . "\n");
        @fflush($this->file);
    }

    private static function holder(string $path): string
    {
        $holder = json_decode((string) @file_get_contents($path), true);
        if (!isset($holder['job'], $holder['pod'], $holder['since'])) {
            return 'another runner';
        }

        return "job {$holder['job']} (pod {$holder['pod']}) since {$holder['since']}";
    }
}
