<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** A child process whose output a test can wait for. */
final class Process
{
    private const PATIENCE_SECONDS = 60;

    /** @var resource */
    private $process;
    /** @var resource */
    private $pipe;
    private string $output = '';

    /**
     * @param list<string> $command
     * @param array<string, string> $environment added to that of the test
     */
    public static function start(array $command, array $environment = []): self
    {
        $self = new self();
        $descriptors = [['file', '/dev/null', 'r'], ['pipe', 'w'], ['redirect', 1]];
        $self->process = proc_open($command, $descriptors, $pipes, '/', $environment + getenv());
        $self->pipe = $pipes[1];
        stream_set_blocking($self->pipe, false);

        return $self;
    }

    /** Returns when the text has been printed. */
    public function waitFor(string $text): void
    {
        $this->read(fn (): bool => strpos($this->output, $text) !== false);
        if (strpos($this->output, $text) === false) {
            throw new \RuntimeException("\"$text\" was never printed, but:\n{$this->output}");
        }
    }

    /** @return int the exit code, 128 + signal for a killed process */
    public function wait(): int
    {
        $this->read(static fn (): bool => false);
        do {
            $status = proc_get_status($this->process);
        } while ($status['running']);

        return $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
    }

    public function output(): string
    {
        return $this->output;
    }

    public function pid(): int
    {
        return proc_get_status($this->process)['pid'];
    }

    /** What is left of an orphan until somebody asks for its exit code does nothing any more. */
    public static function isAlive(int $pid): bool
    {
        $status = (string) @file_get_contents("/proc/$pid/status");

        return $status !== '' && !preg_match('/^State:\s+Z/m', $status);
    }

    public function signal(int $signal): void
    {
        posix_kill($this->pid(), $signal);
    }

    /** @param callable(): bool $enough */
    private function read(callable $enough): void
    {
        $until = time() + self::PATIENCE_SECONDS;
        while (!$enough() && !feof($this->pipe)) {
            $read = [$this->pipe];
            $write = $except = null;
            if (time() > $until || stream_select($read, $write, $except, self::PATIENCE_SECONDS) === 0) {
                $this->signal(9);
                throw new \RuntimeException("Nothing happened for a minute after:\n{$this->output}");
            }
            $this->output .= fread($this->pipe, 65536);
        }
    }
}
