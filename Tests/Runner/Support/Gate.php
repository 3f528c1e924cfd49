<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** Holds the stand-in for Satis in the middle of its writing, by a named pipe that it waits on. */
final class Gate
{
    private string $pipe;
    private Workspace $workspace;
    /** @var resource|null */
    private $writer;

    public function __construct(Workspace $workspace)
    {
        $this->workspace = $workspace;
        $this->pipe = "{$workspace->root}/gate";
        posix_mkfifo($this->pipe, 0666);
        $workspace->environment['SATIS_STANDIN_HOLD'] = $this->pipe;
    }

    /** Opening the pipe for writing blocks until Satis has opened it for reading; then Satis waits for it to be closed. */
    public function waitUntilReached(): void
    {
        $this->writer = fopen($this->pipe, 'we');
    }

    /** Lets Satis go on, and does not hold those that come later. */
    public function open(): void
    {
        unlink($this->pipe);
        touch($this->pipe);
        fclose($this->writer);
    }

    /** The process that waits. */
    public function satis(): int
    {
        foreach (glob('/proc/[0-9]*/fd/*') as $descriptor) {
            if (@readlink($descriptor) === $this->pipe && explode('/', $descriptor)[2] !== (string) getmypid()) {
                return (int) explode('/', $descriptor)[2];
            }
        }
        throw new \RuntimeException("Nobody waits at the gate of {$this->workspace->root}.");
    }
}
