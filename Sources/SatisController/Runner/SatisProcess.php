<?php

declare(strict_types=1);

namespace SatisOperator;

/** Satis: where it is, and one run of it, which is over only when nothing that it started is left. */
final class SatisProcess
{
    private const POLL_SECONDS = 0.05;

    private string $program;

    private function __construct(string $program)
    {
        $this->program = $program;
    }

    public static function find(string $given): self
    {
        if ($given !== '') {
            if (!is_file($given)) {
                throw new Failure('SatisNotFound', "There is no Satis at $given.");
            }
            return new self($given);
        }
        $candidates = ['/satis/bin/satis'];
        foreach (explode(':', (string) getenv('PATH')) as $directory) {
            $candidates[] = "$directory/satis";
        }
        foreach ($candidates as $candidate) {
            if (is_file($candidate)) {
                return new self($candidate);
            }
        }
        throw new Failure('SatisNotFound', 'The image has no Satis, neither /satis/bin/satis nor satis on PATH: check the image of the repository.');
    }

    /**
     * Runs Satis to its end, or until it has to be interrupted: then everything it started is ended first.
     *
     * @param list<string> $arguments
     * @param array<string, string> $environment
     * @param callable(string): void $onOutput
     * @return int the exit code, 128 + signal for a process that was killed
     */
    public function run(array $arguments, array $environment, string $workingDirectory, callable $onOutput, Interruption $interruption): int
    {
        $command = array_merge(is_executable($this->program) ? [$this->program] : [PHP_BINARY, $this->program], $arguments);
        $family = new ProcessFamily();
        $descriptors = [['file', '/dev/null', 'r'], ['pipe', 'w'], ['redirect', 1]];
        $process = proc_open($command, $descriptors, $pipes, $workingDirectory, $family->mark($environment));
        if ($process === false) {
            throw new Failure('SatisNotFound', "{$this->program} cannot be started.");
        }
        stream_set_blocking($pipes[1], false);
        try {
            do {
                $interruption->check('Satis was running');
                // Looked at before reading: what a process wrote before its end is then read in the last round.
                $status = proc_get_status($process);
                // At its end a pipe is always ready to be read, and then nothing would be waited for.
                $interruption->listen($status['running'] ? self::POLL_SECONDS : 0.0, feof($pipes[1]) ? [] : [$pipes[1]]);
                while (($piece = (string) fread($pipes[1], 65536)) !== '') {
                    $onOutput($piece);
                }
            } while ($status['running']);
        } finally {
            $family->end();
            $onOutput((string) stream_get_contents($pipes[1]));
            // Where there is no /proc, at least Satis itself is ended.
            proc_terminate($process, 9);
            proc_close($process);
        }

        return $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
    }
}
