<?php

declare(strict_types=1);

namespace SatisOperator;

/** The two things that end a build early: its deadline, and a line on standard input, into which start.sh turns SIGTERM. */
final class Interruption
{
    private float $deadline = INF;
    private int $seconds = 0;
    private bool $stopped = false;
    /** @var resource|null */
    private $input = null;

    public function __construct(bool $listen)
    {
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

    private static function now(): float
    {
        return hrtime(true) / 1e9;
    }
}
