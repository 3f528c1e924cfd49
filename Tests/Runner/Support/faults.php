<?php

declare(strict_types=1);

// Loaded before the runner (auto_prepend_file). A function that its namespace defines is called instead of PHP's own, so
// these can count every change the runner makes, and kill it before any of them and in the middle of a copy; or refuse
// links, as some volumes do, end copies early, or be full.

namespace SatisOperator;

function fault(string $step): void
{
    static $steps = 0;
    $steps++;
    if ((int) getenv('CRASH_BEFORE_STEP') === $steps) {
        fwrite(STDOUT, "[fault] killed before step $steps: $step\n");
        posix_kill(getmypid(), 9);
    }
}

function mkdir(string $path, int $mode = 0777, bool $recursive = false): bool
{
    fault("mkdir $path");
    return \mkdir($path, $mode, $recursive);
}

function rmdir(string $path): bool
{
    fault("rmdir $path");
    return \rmdir($path);
}

function unlink(string $path): bool
{
    fault("unlink $path");
    return \unlink($path);
}

function rename(string $from, string $to): bool
{
    fault("rename $from $to");
    return \rename($from, $to);
}

function symlink(string $target, string $link): bool
{
    fault("symlink $target $link");
    return \symlink($target, $link);
}

function link(string $from, string $to): bool
{
    fault("link $from $to");
    return getenv('NO_HARD_LINKS') === false && \link($from, $to);
}

function copy(string $from, string $to): bool
{
    fault("copy $from $to");
    $text = \file_get_contents($from);
    \file_put_contents($to, substr($text, 0, intdiv(strlen($text), 2)));
    fault("the second half of copy $from $to");
    if (getenv('FULL_VOLUME') !== false || getenv('SHORT_COPIES') !== false) {
        // As PHP does it since 8.2: no warning, and where the kernel takes the file for shorter, no failure either.
        return getenv('SHORT_COPIES') === 'unnoticed';
    }
    return \copy($from, $to);
}

function fopen(string $path, string $mode)
{
    return \fopen(getenv('FULL_VOLUME') !== false && $mode === 'wb' ? '/dev/full' : $path, $mode);
}

function touch(string $path, ?int $time = null): bool
{
    fault("touch $path");
    return \touch($path, $time ?? time());
}

function file_put_contents(string $path, $data, int $flags = 0)
{
    fault("file_put_contents $path");
    return \file_put_contents($path, $data, $flags);
}

function ftruncate($file, int $size): bool
{
    fault('ftruncate');
    return \ftruncate($file, $size);
}

function proc_open($command, array $descriptors, &$pipes, ?string $directory = null, ?array $environment = null)
{
    fault('proc_open ' . implode(' ', $command));
    return \proc_open($command, $descriptors, $pipes, $directory, $environment);
}

function proc_close($process): int
{
    fault('proc_close');
    return \proc_close($process);
}
