<?php

declare(strict_types=1);

namespace SatisOperator;

/** Whether an archive is whole, as far as the extensions of the image can tell. */
final class Archive
{
    public static function opens(string $file): bool
    {
        if (filesize($file) === 0) {
            return false;
        }
        if (substr($file, -4) === '.zip') {
            return class_exists('ZipArchive', false) ? self::zipOpens($file) : self::zipEnds($file);
        }
        if (preg_match('/\.(tar|tar\.gz|tgz|tar\.bz2)$/', $file) && class_exists('PharData', false)) {
            try {
                return (new \PharData($file))->count() >= 0;
            } catch (\Exception $error) {
                return false;
            }
        }

        return true;
    }

    private static function zipOpens(string $file): bool
    {
        $zip = new \ZipArchive();
        if ($zip->open($file, \ZipArchive::CHECKCONS) !== true) {
            return false;
        }
        $zip->close();

        return true;
    }

    /** The directory of a zip is at its end, so a torn one lacks the record that closes it. */
    private static function zipEnds(string $file): bool
    {
        $size = filesize($file);
        $tail = file_get_contents($file, false, null, max(0, $size - 65557));

        return strrpos($tail, "PK\x05\x06") !== false;
    }
}
