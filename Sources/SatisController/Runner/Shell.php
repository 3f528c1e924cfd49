<?php

declare(strict_types=1);

namespace SatisOperator;

/** What every image has in its shell, but not every PHP has as a function: signals, and the disk's own sync. */
final class Shell
{
    /**
     * @param list<string> $arguments "$1" and so on of the script
     * @return int the script's exit code
     */
    public static function run(string $script, array $arguments): int
    {
        $null = ['file', '/dev/null', 'r+'];
        $process = proc_open(array_merge(['sh', '-c', $script, 'sh'], $arguments), [$null, $null, $null], $pipes);

        return $process === false ? 127 : proc_close($process);
    }
}
