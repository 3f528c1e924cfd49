<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * What ends a build early: its deadline, a line on standard input, into which start.sh turns SIGTERM, and a file that gets a
 * content. By the file the controller stops a build whose pod it must not delete, since report and log would go with it.
 */
final class Interruption
{
    private const LOOK_SECONDS = 1.0;

    private float $deadline = INF;
    private int $seconds = 0;
    private bool $stopped = false;
    /** @var resource|null */
    private $input = null;
    private string $file;
    private float $nextLook = 0.0;

    public function __construct(bool $listen, string $file)
    {
        $this->file = $file;
        if ($listen) {
            $this->input = fopen('php://stdin', 'r');
            stream_set_blocking($this->input, false);
        }
    }

    public function startDeadline(int $seconds): void
    {
        $this->seconds = $seconds;
        $this->deadline = self::now() + $seconds;
    }

    public function remainingSeconds(): float
    {
        return max(0.0, $this->deadline - self::now());
    }

    /** Throws when the build has to end; $doing completes the sentence that then explains it. */
    public function check(string $doing): void
    {
        $this->listen(0.0, []);
        $this->look();
        if ($this->stopped) {
            throw new Failure('Terminated', "The runner was told to stop while $doing. Nothing was published.");
        }
        if (self::now() >= $this->deadline) {
            $message = "The deadline of {$this->seconds} s passed while $doing. Nothing was published; "
                . 'if it takes this long, raise build.activeDeadlineSeconds.';
            throw new Failure('DeadlineExceeded', $message);
        }
    }

    /**
     * Waits for one of the streams, a stop or the time to pass, whichever is first.
     *
     * @param list<resource> $streams
     */
    public function listen(float $seconds, array $streams): void
    {
        $read = $this->input === null || $this->stopped ? $streams : array_merge($streams, [$this->input]);
        if ($read === []) {
            usleep((int) ($seconds * 1e6));
            return;
        }
        $write = $except = null;
        if (@stream_select($read, $write, $except, 0, (int) ($seconds * 1e6)) > 0 && in_array($this->input, $read, true)) {
            if (fgets($this->input) !== false) {
                $this->stopped = true;
            } elseif (feof($this->input)) {
                $this->input = null;
            }
        }
    }

    private function look(): void
    {
        if ($this->stopped || self::now() < $this->nextLook) {
            return;
        }
        $this->nextLook = self::now() + self::LOOK_SECONDS;
        // The kubelet replaces it as a whole, by a link to another directory.
        clearstatcache(true);
        $this->stopped = (int) @filesize($this->file) > 0;
    }

    private static function now(): float
    {
        return hrtime(true) / 1e9;
    }
}
