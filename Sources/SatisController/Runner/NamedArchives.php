<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * The archives that metadata names, whatever homepage or prefix stands before them: Satis finds them by the prefix of today and
 * would delete all others, and none where it cannot read its own metadata back.
 */
final class NamedArchives
{
    /** @return array<string, true> paths relative to the directory, of which some may belong to other hosts */
    public static function in(string $directory, string $archiveDirectory): array
    {
        $named = [];
        $pattern = '{/' . preg_quote($archiveDirectory) . '/+([^"?#]+)"}';
        foreach (Tree::files($directory) as $path => $file) {
            if (substr($path, -5) === '.json' && strpos($path, "$archiveDirectory/") !== 0) {
                preg_match_all($pattern, str_replace('\/', '/', (string) file_get_contents($file->getPathname())), $matches);
                foreach ($matches[1] as $archive) {
                    $named["$archiveDirectory/$archive"] = true;
                }
            }
        }

        return $named;
    }
}
