<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * A process with all that it started, known by a variable that children inherit: unlike a process group it also finds
 * those that went into the background, and it needs neither setsid nor an extension of PHP.
 */
final class ProcessFamily
{
    private const MARK = 'SATIS_OPERATOR_FAMILY';
    private const POLL_MICROSECONDS = 20000;

    /** First a chance to put things in order (git removes its lock files), then none. */
    private const SIGNALS = ['TERM' => 5.0, 'KILL' => 10.0];

    private string $id;

    public function __construct()
    {
        $this->id = bin2hex(random_bytes(8));
    }

    /**
     * @param array<string, string> $environment
     * @return array<string, string>
     */
    public function mark(array $environment): array
    {
        return [self::MARK => $this->id] + $environment;
    }

    /** Returns when no member is left. */
    public function end(): void
    {
        foreach (self::SIGNALS as $signal => $patience) {
            $until = hrtime(true) + $patience * 1e9;
            $signalled = [];
            while (hrtime(true) < $until) {
                $members = $this->members();
                if ($members === []) {
                    return;
                }
                $new = array_values(array_diff($members, $signalled));
                if ($new !== []) {
                    Shell::run("kill -s $signal \"\$@\"", $new);
                }
                $signalled = $members;
                usleep(self::POLL_MICROSECONDS);
            }
        }
        // Not even SIGKILL ends a process that waits for a dead volume. It holds the lock, so it still keeps others out.
    }

    /** @return list<string> process ids */
    private function members(): array
    {
        $members = [];
        foreach (glob('/proc/[0-9]*', GLOB_NOSORT) as $directory) {
            // A zombie has no environment any more, and another uid's cannot be read: neither is ours to end.
            $environment = @file_get_contents("$directory/environ");
            if ($environment !== false && strpos("\0$environment", "\0" . self::MARK . "={$this->id}\0") !== false) {
                $members[] = basename($directory);
            }
        }

        return $members;
    }
}
