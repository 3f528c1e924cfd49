<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** Holds Satis at a place where it is vulnerable, by a named pipe that it waits on. */
final class Gate
{
    private string $pipe;
    /** @var resource|null */
    private $writer;

    private function __construct(string $pipe)
    {
        $this->pipe = $pipe;
        posix_mkfifo($this->pipe, 0666);
    }

    /** In the middle of its writing, which only the stand-in knows how to wait in. */
    public static function whileWriting(Workspace $workspace): self
    {
        $workspace->satis = Workspace::STAND_IN;

        return new self("{$workspace->root}/cache/standin-hold");
    }

    /** Before it calls git, whichever Satis it is. */
    public static function beforeGit(Workspace $workspace): self
    {
        $git = trim(shell_exec('command -v git'));
        $workspace->script('git', "while read line; do :; done < {$workspace->root}/gate\nexec $git \"\$@\"");

        return new self("{$workspace->root}/gate");
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
        throw new \RuntimeException("Nobody waits at {$this->pipe}.");
    }
}
