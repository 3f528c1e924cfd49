<?php

declare(strict_types=1);

namespace SatisOperator;

/** Directories with all that is in them. Links are never followed. */
final class Tree
{
    private const PIECE_BYTES = 1 << 20;

    /**
     * What else lies there is left out: a link could lead out of the volume, to the credentials that the pod mounts.
     *
     * @return \Generator<string, \SplFileInfo> the regular files below a directory, by their path relative to it
     */
    public static function files(string $directory): \Generator
    {
        if (is_link($directory) || !is_dir($directory)) {
            return;
        }
        $walk = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($directory, \FilesystemIterator::SKIP_DOTS));
        foreach ($walk as $path => $file) {
            if ($file->isFile() && !$file->isLink()) {
                yield substr($path, strlen($directory) + 1) => $file;
            }
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

    /** A whole copy that shares nothing with its original but its age. */
    public static function copyFile(string $from, string $to): void
    {
        self::makeDirectory(dirname($to));
        // Since PHP 8.2 the kernel may do it: a full volume is no warning then, and an early end not even false.
        if (!copy($from, $to) || !self::haveSameSize($from, $to)) {
            self::copyBytes($from, $to);
        }
        touch($to, filemtime($from));
    }

    /** The slow way, open also where a file system refuses to copy by itself. A warning says why it fails. */
    private static function copyBytes(string $from, string $to): void
    {
        $in = fopen($from, 'rb');
        $out = fopen($to, 'wb');
        while (!feof($in)) {
            fwrite($out, (string) fread($in, self::PIECE_BYTES));
        }
        fclose($in);
        fclose($out);
        if (!self::haveSameSize($from, $to)) {
            throw new \ErrorException("$to could not be written in full");
        }
    }

    public static function haveSameSize(string $file, string $other): bool
    {
        clearstatcache();

        return filesize($file) === filesize($other);
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
