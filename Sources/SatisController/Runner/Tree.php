<?php

declare(strict_types=1);

namespace SatisOperator;

/** Directories with all that is in them. Links are never followed. */
final class Tree
{
    /** @return \Generator<string, \SplFileInfo> the files below a directory, by their path relative to it */
    public static function files(string $directory): \Generator
    {
        if (!is_dir($directory)) {
            return;
        }
        $walk = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($directory, \FilesystemIterator::SKIP_DOTS));
        foreach ($walk as $path => $file) {
            yield substr($path, strlen($directory) + 1) => $file;
        }
    }

    public static function remove(string $path): void
    {
        if (is_link($path) || !is_dir($path)) {
            @unlink($path);
            return;
        }
        foreach (array_diff(scandir($path), ['.', '..']) as $name) {
            self::remove("$path/$name");
        }
        @rmdir($path);
    }

    /** A copy that shares nothing with its original but its age. */
    public static function copyFile(string $from, string $to): void
    {
        self::makeDirectory(dirname($to));
        copy($from, $to);
        touch($to, filemtime($from));
    }

    public static function makeDirectory(string $path): void
    {
        if (!is_dir($path)) {
            mkdir($path, 0777, true);
        }
    }

    /** Brings everything written so far to the disk: one call for the whole file system, where many files were written. */
    public static function sync(string $path): void
    {
        if (Shell::run('sync -f "$1" || sync', [$path]) !== 0) {
            throw new Failure('OutputNotWritable', "What was written below $path could not be brought to the disk.");
        }
    }
}
