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
        foreach (array_diff(@scandir($path) ?: [], ['.', '..']) as $name) {
            self::remove("$path/$name");
        }
        @rmdir($path);
    }

    /** A hard link, or a copy and false where the volume has no links, or none to files of another uid. */
    public static function linkOrCopyFile(string $from, string $to): bool
    {
        self::makeDirectory(dirname($to));
        if (@link($from, $to)) {
            return true;
        }
        self::copyFile($from, $to);

        return false;
    }

    /** A copy that shares nothing with its original but its age. */
    public static function copyFile(string $from, string $to): void
    {
        self::makeDirectory(dirname($to));
        copy($from, $to);
        touch($to, filemtime($from));
    }

    public static function write(string $path, string $text): void
    {
        // A full disk is a warning, and less written than there was.
        if (file_put_contents($path, $text) !== strlen($text)) {
            throw new \ErrorException("$path could not be written in full");
        }
    }

    public static function makeDirectory(string $path): void
    {
        if (!is_dir($path)) {
            mkdir($path, 0777, true);
        }
    }

    /**
     * Brings what was written to the disk: the whole file system in one go, since a release has thousands of small files.
     *
     * @return bool false when the disk reported an error
     */
    public static function sync(string $path): bool
    {
        return Shell::run('if sync --help 2>&1 | grep -q -e -f; then sync -f "$1"; else sync; fi', [$path]) === 0;
    }
}
